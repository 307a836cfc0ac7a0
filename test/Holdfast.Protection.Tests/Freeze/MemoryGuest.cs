using System.IO.Pipelines;
using System.Text.Json;
using Holdfast.GuestAgent;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

/// <summary>A guest in memory with file systems that can be frozen, as qemu-guest-agent does it, and a guard that runs in this process.</summary>
internal sealed class MemoryGuest : IGuestAgentChannel, IGuardStarter, IGuardedGuestConnector, IGuardedGuest
{
    private static readonly string[] Mounts = ["/data", "/data2"];
    private readonly HashSet<string> _frozen = [];
    private bool _agentHoldsFreeze;

    public List<string> Asked { get; } = [];

    public bool AllowsExec { get; init; } = true;

    /// <summary>What happens in the guest when a command comes, before it is carried out.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public IReadOnlyCollection<string> Frozen => _frozen;

    public void FreezeByHand(string mount) => _frozen.Add(mount);

    public Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct)
    {
        using var command = JsonDocument.Parse(commandJson);
        var name = command.RootElement.GetProperty("execute").GetString()!;
        Before(name);
        Asked.Add(name);
        return Task.FromResult(name switch
        {
            "guest-fsfreeze-status" => Return(_agentHoldsFreeze ? "\"frozen\"" : "\"thawed\""),
            "guest-get-fsinfo" => Return($"[{string.Join(',', Mounts.Select((m, i) => $$"""{"name":"vd{{i}}","mountpoint":"{{m}}","type":"ext4","disk":[]}"""))}]"),
            "guest-exec" or "guest-exec-status" when !AllowsExec => $$$"""{"error":{"class":"CommandNotFound","desc":"Command {{{name}}} has been disabled"}}""",
            "guest-exec" => Return("""{"pid":7}"""),
            // What asks a frozen file system for leave to write waits.
            "guest-exec-status" => Return(_frozen.Count > 0 ? """{"exited":false}""" : """{"exited":true,"exitcode":1}"""),
            "guest-fsfreeze-freeze" => Return(Freeze()),
            "guest-fsfreeze-thaw" => Return(Thaw()),
            _ => throw new InvalidOperationException(name),
        });
    }

    public IGuardProcess Start() => new InProcess(this);

    public Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct) => Task.FromResult<IGuardedGuest>(this);

    public Task<ThawAttempt> ThawAsync(CancellationToken ct)
    {
        Thaw();
        return Task.FromResult(ThawAttempt.Thawed);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Return(object json) => $$"""{"return":{{json}}}""";

    private int Freeze()
    {
        var count = Mounts.Count(_frozen.Add);
        _agentHoldsFreeze = count > 0;
        return count;
    }

    private int Thaw()
    {
        var count = _frozen.Count;
        _frozen.Clear();
        _agentHoldsFreeze = false;
        return count;
    }

    private sealed class InProcess : IGuardProcess
    {
        private readonly Pipe _toGuard = new();
        private readonly Pipe _fromGuard = new();
        private readonly Task _guard;

        public InProcess(MemoryGuest guest)
        {
            (Input, Output) = (_toGuard.Writer.AsStream(), _fromGuard.Reader.AsStream());
            _guard = FreezeGuardProcess.RunAsync(_toGuard.Reader.AsStream(), _fromGuard.Writer.AsStream(), guest, TimeProvider.System, CancellationToken.None);
        }

        public ProcessIdentity Identity { get; } = ProcessIdentity.Dead(1);

        public Stream Input { get; }

        public Stream Output { get; }

        public bool HasExited => _guard.IsCompleted;

        public Task WaitForExitAsync(CancellationToken ct) => _guard.WaitAsync(ct);

        public void Dispose()
        {
            Input.Dispose();
            Output.Dispose();
        }
    }
}
