using Holdfast.GuestAgent.Wire;

namespace Holdfast.GuestAgent;

public sealed partial class GuestAgentClient
{
    private const int FrozenFileSystemsMax = 100_000;

    /// <summary>Whether the agent holds file systems frozen. The agent answers this also while frozen.</summary>
    public async Task<FreezeStatus> FsFreezeStatusAsync(TimeSpan? timeout = null, CancellationToken ct = default) =>
        await CallAsync("guest-fsfreeze-status", AgentWire.Default.String, timeout, ct) switch
        {
            "thawed" => FreezeStatus.Thawed,
            "frozen" => FreezeStatus.Frozen,
            _ => throw AgentReply.Broken("holds an unknown freeze status"),
        };

    /// <summary>Freezes the guest's file systems. Only a guarded freeze may call this; where the exception's
    /// <see cref="GuestAgentException.MayHaveRun"/> is set the guest counts as frozen (INV-4).</summary>
    /// <param name="mountPoints">The mount points to freeze; null for all.</param>
    /// <param name="timeout">How long the agent may take.</param>
    /// <param name="ct">Gives up waiting; the guest may be frozen all the same.</param>
    /// <returns>How many file systems were frozen.</returns>
    public async Task<int> FsFreezeAsync(IReadOnlyList<string>? mountPoints = null, TimeSpan? timeout = null, CancellationToken ct = default) =>
        Count(mountPoints is null
            ? await CallAsync("guest-fsfreeze-freeze", AgentWire.Default.Int64, timeout, ct)
            : await CallAsync("guest-fsfreeze-freeze-list", new WireFreezeList(mountPoints), AgentWire.Default.Int64, timeout, ct));

    /// <summary>Thaws every file system of the guest.</summary>
    /// <returns>How many file systems this very call thawed: fewer than were frozen means that someone had thawed before.</returns>
    public async Task<int> FsThawAsync(TimeSpan? timeout = null, CancellationToken ct = default) =>
        Count(await CallAsync("guest-fsfreeze-thaw", AgentWire.Default.Int64, timeout, ct));

    private static int Count(long count) => count is >= 0 and <= FrozenFileSystemsMax ? (int)count : throw AgentReply.Broken("holds an impossible count");
}
