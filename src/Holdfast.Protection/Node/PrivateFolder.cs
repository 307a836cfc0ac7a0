using Holdfast.Faults;

namespace Holdfast.Protection.Node;

/// <summary>Folders that only their owner may enter.</summary>
public static class PrivateFolder
{
    /// <summary>Makes <paramref name="parts"/> joined, mode 0700, if missing.</summary>
    /// <exception cref="FaultException">It can't be made; the fault names the folder and the reason.</exception>
    public static string Create(params string[] parts) => Create(Path.Combine(parts), HostFaults.StateFolderNotUsable);

    /// <summary>Makes a folder that isn't one of state, mode 0700, if missing.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="notUsable">Says of the folder and a reason that it can't be made.</param>
    /// <exception cref="FaultException">It can't be made.</exception>
    public static string Create(string path, Func<string, string, Fault> notUsable)
    {
        ArgumentNullException.ThrowIfNull(notUsable);
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(notUsable(path, e.Message), e);
        }

        return path;
    }
}
