using Holdfast.Faults;

namespace Holdfast.Protection.Node;

/// <summary>Folders that only their owner may enter.</summary>
public static class PrivateFolder
{
    /// <summary>Makes <paramref name="parts"/> joined, mode 0700, if missing.</summary>
    /// <exception cref="FaultException">It can't be made; the fault names the folder and the reason.</exception>
    public static string Create(params string[] parts)
    {
        var path = Path.Combine(parts);
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(HostFaults.StateFolderNotUsable(path, e.Message), e);
        }

        return path;
    }
}
