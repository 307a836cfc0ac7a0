using Holdfast.Protection.Health.Checks;

namespace Holdfast.Protection.Health.Network;

/// <summary>The server behind a folder that is mounted over the network (NFS, SMB).</summary>
public static class StoreServer
{
    private const int NfsPort = 2049;
    private const int SmbPort = 445;
    private const string Mounts = "/proc/self/mountinfo";

    /// <summary>The endpoint of a vault's folder; null for one of this machine.</summary>
    public static HealthEndpoint? Of(string folder)
    {
        try
        {
            return Of(Path.GetFullPath(folder), File.ReadAllText(Mounts));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The same by a table of mounts (proc(5)).</summary>
    internal static HealthEndpoint? Of(string folder, string mountInfo) => MountTable.Parse(mountInfo).Holding(folder) switch
    {
        { Type: "nfs" or "nfs4", Source: var source } when source.LastIndexOf(":/", StringComparison.Ordinal) is > 0 and var end =>
            new HealthEndpoint("vault", source[..end].Trim('[', ']'), NfsPort, EndpointProtocol.Tcp),
        { Type: "cifs" or "smb3", Source: ['/', '/', .. var share] } when share.IndexOf('/', StringComparison.Ordinal) is > 0 and var end =>
            new HealthEndpoint("vault", share[..end], SmbPort, EndpointProtocol.Tcp),
        _ => null,
    };
}
