using Holdfast.GuestAgent;

namespace Holdfast.Protection.Freeze;

/// <summary>
/// Finds file systems that somebody in the guest froze by hand. The agent doesn't know of them, and its thaw would release them with ours.
/// </summary>
internal static class FrozenFileSystems
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether one of <paramref name="fileSystems"/> is frozen; false also where the guest doesn't let it be found out.</summary>
    /// <remarks>
    /// Linux doesn't tell whether a file system is frozen. But removing a folder asks for leave to write before it looks for the folder: of one that
    /// isn't there, it fails at once and changes nothing, and on a frozen file system it waits for the thaw. What then waits in the guest
    /// holds no lock, and ends by itself.
    /// </remarks>
    public static async Task<bool> AnyAsync(GuestAgentClient agent, IReadOnlyList<GuestFileSystem> fileSystems, CancellationToken ct)
    {
        var missing = $".holdfast-{Guid.NewGuid():N}";
        var folders = fileSystems.Select(fs => fs.MountPoint).Where(path => path.StartsWith('/')).Select(path => $"{path.TrimEnd('/')}/{missing}").ToArray();
        if (folders.Length == 0)
            return false;
        try
        {
            var tried = await agent.ExecAsync(new GuestCommand("rmdir", ["--", .. folders]), new GuestExecOptions { Timeout = Patience, KillGrace = TimeSpan.Zero }, ct);
            return tried.TimedOut;
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.CommandNotFound or GuestAgentErrorKind.CommandDisabled
            or GuestAgentErrorKind.GuestError or GuestAgentErrorKind.ProtocolError or GuestAgentErrorKind.LimitExceeded)
        {
            return false;
        }
    }
}
