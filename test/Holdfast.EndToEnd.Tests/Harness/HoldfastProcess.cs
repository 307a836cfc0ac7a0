using System.Diagnostics;
using System.Globalization;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A running `holdfast` command that a test can stop, let go, interrupt and kill.</summary>
public sealed class HoldfastProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private HoldfastProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    internal string? PauseFile { get; set; }

    internal static HoldfastProcess Start(ProcessStartInfo start) =>
        new(Process.Start(start) ?? throw new InvalidOperationException("holdfast did not start."));

    internal async Task PausedAsync(string gate)
    {
        await Eventually.TrueAsync($"holdfast reached {gate}", () => File.Exists(PauseFile) || _process.HasExited, 120).ConfigureAwait(false);
        if (!File.Exists(PauseFile))
            Assert.Fail($"holdfast ended before {gate}: {(await EndAsync().ConfigureAwait(false)).Text}");
    }

    /// <summary>Lets a paused run go on.</summary>
    public void Resume() => File.Delete(PauseFile!);

    /// <summary>Sends a signal (INT, STOP, KILL) to this process alone.</summary>
    public Task SignalAsync(string signal) => Tool.SignalAsync(signal, Id);

    /// <summary>What Ctrl-C on a terminal does: SIGINT to the process and to those that it started, its group.</summary>
    public Task CtrlCAsync() => Tool.SignalAsync("INT", -Id);

    /// <summary>The process that guards the freeze.</summary>
    public async Task<int> GuardAsync()
    {
        var children = await Tool.RunAsync("pgrep", "-P", Id.ToString(CultureInfo.InvariantCulture), "-f", "guard").ConfigureAwait(false);
        return int.Parse(Assert.Single(children.Split('\n', StringSplitOptions.RemoveEmptyEntries)), CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<CliResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        var command = $"holdfast {string.Join(' ', _process.StartInfo.ArgumentList)}";
        return new CliResult(new ToolResult(
            command, _process.ExitCode, await _output.WaitAsync(limit.Token).ConfigureAwait(false), await _errors.WaitAsync(limit.Token).ConfigureAwait(false)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        if (PauseFile is not null)
            File.Delete(PauseFile);
        _process.Dispose();
    }
}
