using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Cli.Node;

/// <summary>
/// Where the running nodes of this machine are found, whatever their folders and vaults are: a file for each, which names its data folder, in a place that
/// the system empties when it boots. That a node still lives is what its socket says, never the file.
/// </summary>
internal static class NodeRegister
{
    private const UnixFileMode Owned = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The place: of the whole machine for root, whose nodes work with its libvirt; of their own for other accounts.</summary>
    public static string DefaultFolder { get; } = Path.Combine(
        Environment.UserName == "root" ? "/run"
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own ? own
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state"),
        "holdfast", "nodes");

    /// <summary>Enters a node until this is disposed. Where the place can't be written to, the node does without: it is only harder to find.</summary>
    public static IDisposable? Enter(string folder, string dataFolder)
    {
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..32]);
        try
        {
            Directory.CreateDirectory(folder, Owned);
            File.WriteAllText(path + ".new", dataFolder);
            File.Move(path + ".new", path, overwrite: true);
            return new Entry(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The data folders of the nodes that live and let this account in.</summary>
    public static IReadOnlyList<string> Living(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.GetFiles(folder).Where(f => !f.EndsWith(".new", StringComparison.Ordinal)).Select(Read).OfType<string>().Where(LocalSocket.Answers)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path) is var text && Path.IsPathFullyQualified(text) ? text : null;
        }
        catch (IOException)
        {
            // The node has just ended.
            return null;
        }
    }

    private sealed class Entry(string path) : IDisposable
    {
        public void Dispose() => File.Delete(path);
    }
}
