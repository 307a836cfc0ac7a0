using System.Text.Json;
using Holdfast.Cli.Documents;
using Holdfast.Faults;

namespace Holdfast.Cli.Node;

/// <summary>
/// A node's data folder while the node runs: readable by its account only, held by one process, with a file that tells other commands of this host where the
/// node listens.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string path;
    private readonly FileStream held;

    private DataFolder(string path, FileStream held) => (this.path, this.held) = (path, held);

    private static string AnnouncementPath(string folder) => Path.Combine(folder, "node.json");

    /// <summary>Makes the folder if need be, and takes it.</summary>
    /// <exception cref="FaultException">It is another's, open to others, or a node runs on it.</exception>
    public static DataFolder Take(string path)
    {
        try
        {
            var folder = Directory.CreateDirectory(path, OwnerOnly);
            if ((folder.UnixFileMode & ~OwnerOnly) != 0)
            {
                // A folder that somebody made beforehand: emptied of rights while it is empty, refused when others may have put something into it.
                if (folder.EnumerateFileSystemInfos().Any())
                    throw NodeFaults.DataFolderUnusable(path, "other accounts can read it").ToException();
                folder.UnixFileMode = OwnerOnly;
            }

            return new DataFolder(path, new FileStream(Path.Combine(path, "node.lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && File.Exists(Path.Combine(path, "node.lock")))
        {
            throw NodeFaults.DataFolderUnusable(path, "a node runs on it already").ToException(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NodeFaults.DataFolderUnusable(path, e.Message).ToException(e);
        }
    }

    /// <summary>Where the running node of a folder listens; null where none runs.</summary>
    public static NodeAnnouncement? Find(string path)
    {
        try
        {
            using (new FileStream(Path.Combine(path, "node.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                // Nobody holds it: what is announced is from a node that has died.
                return null;
            }
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return File.Exists(AnnouncementPath(path))
                ? JsonSerializer.Deserialize(File.ReadAllText(AnnouncementPath(path)), CliJson.Default.NodeAnnouncement)
                : new NodeAnnouncement("", "", "", 0);
        }
    }

    /// <summary>Tells other commands of this host where the node listens.</summary>
    public void Announce(NodeAnnouncement node)
    {
        var unfinished = AnnouncementPath(path) + ".new";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(node, CliJson.Default.NodeAnnouncement));
        File.Move(unfinished, AnnouncementPath(path), overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(AnnouncementPath(path));
        held.Dispose();
    }
}
