using System.Text.Json;
using Holdfast.GuestAgent;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

/// <summary>A guest with an agent that freezes: one truth (<see cref="Frozen"/>) for the node's and the guard's eyes.</summary>
internal sealed class StandInFreezableAgent : IGuestAgentChannel, IGuardedGuestConnector, IGuardedGuest
{
    public bool Frozen { get; set; }

    public int FileSystems { get; init; } = 2;

    public int Thaws { get; private set; }

    public int GuardThaws { get; private set; }

    /// <summary>Takes the place of a command's answer; may return null for the ordinary one.</summary>
    public Func<string, Task<string?>> On { get; set; } = _ => Task.FromResult<string?>(null);

    public GuestAgentClient Client => new(this);

    public async Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var command = JsonDocument.Parse(commandJson);
        var name = command.RootElement.GetProperty("execute").GetString()!;
        if (await On(name) is { } instead)
            return instead;
        switch (name)
        {
            case "guest-fsfreeze-status":
                return $$"""{"return":"{{(Frozen ? "frozen" : "thawed")}}"}""";
            case "guest-get-fsinfo":
                return """{"return":[{"name":"vda","mountpoint":"/data","type":"ext4","disk":[]},{"name":"vdb","mountpoint":"/data2","type":"xfs","disk":[]},{"name":"vdb","mountpoint":"/bind","type":"xfs","disk":[]}]}""";
            case "guest-fsfreeze-freeze":
                Frozen = FileSystems > 0;
                return $$"""{"return":{{FileSystems}}}""";
            case "guest-fsfreeze-thaw":
                Thaws++;
                var thawed = Frozen ? FileSystems : 0;
                Frozen = false;
                return $$"""{"return":{{thawed}}}""";
            default:
                throw GuestAgentException.FromGuest("CommandNotFound", name);
        }
    }

    public Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct) => Task.FromResult<IGuardedGuest>(this);

    public Task<ThawAttempt> ThawAsync(CancellationToken ct)
    {
        GuardThaws++;
        Frozen = false;
        return Task.FromResult(ThawAttempt.Thawed);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
