using System.Diagnostics;

namespace Holdfast.Protection.Sources;

/// <summary>
/// A child process that doesn't outlive this one: the kernel kills it when we die, however we die. Without that, a storage
/// daemon left over from a killed run would keep its image locked and its VM from starting.
/// </summary>
/// <remarks>
/// PR_SET_PDEATHSIG is bound to the thread that started the child, so a thread of its own starts it and waits until it ends.
/// </remarks>
public sealed class BoundProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _ended;

    private BoundProcess(Process process, Task ended) => (_process, _ended) = (process, ended);

    /// <summary>The child's standard input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>The child's standard output.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>Completes once the child has ended.</summary>
    public Task Ended => _ended;

    /// <summary>The child's exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Reads what the child says on standard error, to its end.</summary>
    public Task<string> ReadErrorAsync(CancellationToken ct) => _process.StandardError.ReadToEndAsync(ct);

    /// <summary>Starts <paramref name="program"/> with all three standard streams redirected.</summary>
    public static Task<BoundProcess> StartAsync(string program, IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        // In a session of its own: Ctrl-C on the terminal cancels this process, which then ends the child in order.
        var info = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["setpriv", "--pdeathsig", "KILL", "--", program, .. arguments])
            info.ArgumentList.Add(argument);
        info.Environment["LC_ALL"] = "C";

        var started = new TaskCompletionSource<BoundProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var keeper = new Thread(() =>
        {
            try
            {
                var process = Process.Start(info) ?? throw new InvalidOperationException($"{program} didn't start.");
                started.SetResult(new BoundProcess(process, ended.Task));
                process.WaitForExit();
                ended.SetResult();
            }
            catch (Exception e) when (!started.Task.IsCompleted)
            {
                started.SetException(e);
            }
        })
        { IsBackground = true, Name = $"keeper of {program}" };
        keeper.Start();
        return started.Task;
    }

    /// <summary>Ends the child if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ended.IsCompleted)
            _process.Kill();
        await _ended.ConfigureAwait(false);
        _process.Dispose();
    }
}
