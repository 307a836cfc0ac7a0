using System.Buffers.Text;
using Holdfast.GuestAgent.Wire;

namespace Holdfast.GuestAgent;

public sealed partial class GuestAgentClient
{
    private static readonly TimeSpan PollFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PollLongest = TimeSpan.FromMilliseconds(500);
    private static readonly string[] KillSignals = ["-TERM", "-KILL"];

    /// <summary>Starts a program in the guest, with its output kept for <see cref="ExecStatusAsync"/>.</summary>
    public async Task<GuestProcessId> StartExecAsync(GuestCommand command, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var process = await CallAsync("guest-exec", new WireExec(command.Path, command.Arguments, CaptureOutput: true), AgentWire.Default.WireProcess, null, ct);
        return process.Pid is > 0 and var pid ? new GuestProcessId(pid) : throw AgentReply.Broken("holds an impossible process id");
    }

    /// <summary>Asks for a program that was started. Its end is told once; the outputs come with it.</summary>
    public async Task<GuestExecStatus> ExecStatusAsync(GuestProcessId process, int outputBytesMax = 64 * 1024, CancellationToken ct = default)
    {
        var status = await CallAsync("guest-exec-status", new WirePid(process.Value), AgentWire.Default.WireExecStatus, null, ct);
        var exited = status.Exited ?? throw AgentReply.Broken("doesn't say whether the program ended");
        if (status.Exitcode is < int.MinValue or > uint.MaxValue)
            throw AgentReply.Broken("holds an impossible exit code");
        if (exited && status.Exitcode is null && status.Signal is null)
            throw AgentReply.Broken("doesn't say how the program ended");
        return new GuestExecStatus(exited, exited ? (int?)unchecked((int?)status.Exitcode) : null, exited ? status.Signal : null,
            Output(status.OutData, status.OutTruncated, outputBytesMax), Output(status.ErrData, status.ErrTruncated, outputBytesMax));
    }

    /// <summary>Runs a program in the guest and waits for its end, at most until the deadline; then it is ended.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the program was told to end, as far as the agent could be reached.</exception>
    public async Task<GuestExecResult> ExecAsync(GuestCommand command, GuestExecOptions? options = null, CancellationToken ct = default)
    {
        options ??= new GuestExecOptions();
        var process = await StartExecAsync(command, ct);
        try
        {
            if (await WaitAsync(process, options.Timeout, options.OutputBytesMax, ct) is { } end)
                return Result(end, timedOut: false);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process, options, CancellationToken.None);
            throw;
        }
        var ended = await EndAsync(process, options, ct);
        return ended is null ? new GuestExecResult(null, null, TimedOut: true, GuestOutput.Empty, GuestOutput.Empty) : Result(ended, timedOut: true);
    }

    private static GuestExecResult Result(GuestExecStatus end, bool timedOut) => new(end.ExitCode, end.Signal, timedOut, end.Output, end.ErrorOutput);

    // An agent that doesn't answer for a while (a busy guest) isn't the program's failure: the deadline decides.
    private async Task<GuestExecStatus?> WaitAsync(GuestProcessId process, TimeSpan timeout, int outputBytesMax, CancellationToken ct)
    {
        var clock = _options.TimeProvider;
        var started = clock.GetTimestamp();
        GuestAgentException? silence = null;
        for (var pause = PollFirst; ; pause = pause * 2 < PollLongest ? pause * 2 : PollLongest)
        {
            try
            {
                var status = await ExecStatusAsync(process, outputBytesMax, ct);
                silence = null;
                if (status.Exited)
                    return status;
            }
            catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.Unresponsive)
            {
                silence = e;
            }
            if (clock.GetElapsedTime(started) + pause > timeout)
                return silence is null ? null : throw silence;
            await Task.Delay(pause, clock, ct);
        }
    }

    private async Task<GuestExecStatus?> EndAsync(GuestProcessId process, GuestExecOptions options, CancellationToken ct)
    {
        try
        {
            foreach (var signal in KillSignals)
            {
                var kill = await StartExecAsync(new GuestCommand("kill", signal, process.ToString()), ct);
                await WaitAsync(kill, options.KillGrace, 1024, ct);
                if (await WaitAsync(process, options.KillGrace, options.OutputBytesMax, ct) is { } end)
                    return end;
            }
        }
        catch (GuestAgentException)
        {
            // The outcome is 'timed out' either way; a guest without kill(1), or whose agent went silent, can't be told.
        }
        return null;
    }

    private static GuestOutput Output(string? base64, bool? truncated, int bytesMax)
    {
        if (string.IsNullOrEmpty(base64))
            return new GuestOutput(ReadOnlyMemory<byte>.Empty, truncated ?? false);
        var bytes = Decode(base64);
        return bytes.Length <= bytesMax ? new GuestOutput(bytes, truncated ?? false) : new GuestOutput(bytes.AsMemory(bytes.Length - bytesMax).ToArray(), true);
    }

    // The reply's length is limited already, so what is allocated here is, too.
    private static byte[] Decode(string base64)
    {
        if (!Base64.IsValid(base64))
            throw AgentReply.Broken("holds data that isn't base64");
        return Convert.FromBase64String(base64);
    }
}
