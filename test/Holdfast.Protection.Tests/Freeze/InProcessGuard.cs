using System.IO.Pipes;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

/// <summary>Runs guards within the test's own process, over real pipes.</summary>
internal sealed class InProcessGuard(IGuardedGuestConnector guest, TimeProvider? clock = null) : IGuardStarter
{
    public Running? Last { get; private set; }

    public int Started { get; private set; }

    /// <summary>What takes the place of a guard, for tests of one that doesn't behave.</summary>
    public Func<Stream, Stream, Task<int>>? Instead { get; init; }

    public IGuardProcess Start()
    {
        Started++;
        return Last = new Running(Instead ?? ((input, output) => FreezeGuardProcess.RunAsync(input, output, guest, clock ?? TimeProvider.System, CancellationToken.None)));
    }

    internal sealed class Running : IGuardProcess
    {
        private readonly AnonymousPipeServerStream _toGuard = new(PipeDirection.Out);
        private readonly AnonymousPipeServerStream _fromGuard = new(PipeDirection.In);

        public Running(Func<Stream, Stream, Task<int>> guard)
        {
            var input = new AnonymousPipeClientStream(PipeDirection.In, _toGuard.ClientSafePipeHandle);
            var output = new AnonymousPipeClientStream(PipeDirection.Out, _fromGuard.ClientSafePipeHandle);
            Ended = Task.Run(async () =>
            {
                using (input)
                using (output)
                    return await guard(input, output);
            });
        }

        public Task<int> Ended { get; }

        public ProcessIdentity Identity { get; init; } = new(int.MaxValue, 1, Guid.Empty);

        public Stream Input => _toGuard;

        public Stream Output => _fromGuard;

        public bool HasExited => Ended.IsCompleted;

        public Task WaitForExitAsync(CancellationToken ct) => Ended.WaitAsync(ct);

        public async Task SayAsync(string line) => await GuardLines.WriteAsync(Input, line, CancellationToken.None);

        public Task<string?> HearAsync() => GuardLines.ReadAsync(Output, TestContext.Current.CancellationToken);

        public void Dispose()
        {
            _toGuard.Dispose();
            _fromGuard.Dispose();
        }
    }
}
