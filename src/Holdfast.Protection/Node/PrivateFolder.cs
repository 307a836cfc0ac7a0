namespace Holdfast.Protection.Node;

/// <summary>Folders that only their owner may enter.</summary>
public static class PrivateFolder
{
    /// <summary>Makes <paramref name="parts"/> joined, mode 0700, if missing.</summary>
    public static string Create(params string[] parts)
    {
        var path = Path.Combine(parts);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
