namespace Holdfast.Protection.Node;

/// <summary>
/// Where a node keeps what isn't in the vault: locks, freeze intents and run records (<see cref="State"/>), decrypted
/// look-up caches (<see cref="Cache"/>), and the folder in which QEMU opens sockets and scratch files (<see cref="Scratch"/>).
/// </summary>
/// <param name="State">Durable; must survive a power cut. Mode 0700.</param>
/// <param name="Cache">May be deleted at any time while no run is active. Mode 0700.</param>
/// <param name="Scratch">Must be reachable and writable by the user that QEMU runs as; null takes libvirt's default place.</param>
public sealed record NodePaths(string State, string Cache, string? Scratch)
{
    /// <summary>
    /// HOLDFAST_STATE, HOLDFAST_CACHE and HOLDFAST_SCRATCH; else /var/lib/holdfast and /var/cache/holdfast for root, and the
    /// XDG base directories for other users.
    /// </summary>
    public static NodePaths FromEnvironment()
    {
        var root = Environment.UserName == "root";
        return new NodePaths(
            Setting("HOLDFAST_STATE") ?? (root ? "/var/lib/holdfast" : Xdg("XDG_STATE_HOME", ".local/state")),
            Setting("HOLDFAST_CACHE") ?? (root ? "/var/cache/holdfast" : Xdg("XDG_CACHE_HOME", ".cache")),
            Setting("HOLDFAST_SCRATCH"));
    }

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? Path.GetFullPath(value) : null;

    private static string Xdg(string variable, string below) => Path.Combine(
        Setting(variable) ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), below), "holdfast");
}
