using System.Runtime.InteropServices;

namespace Holdfast.Protection.Node;

/// <summary>
/// The gate that every external effect passes. In production it does nothing. The crash tests set
/// HOLDFAST_TEST_STOP_AT=Effect:before|after (the process kills itself there, as a power cut would) or
/// HOLDFAST_TEST_PAUSE_AT=Effect:before|after with HOLDFAST_TEST_PAUSE_FILE (the file is made there, and the run goes on
/// once it is gone).
/// </summary>
public sealed partial class EffectGate
{
    private const int SigKill = 9;
    private readonly string? _stopAt;
    private readonly string? _pauseAt;
    private readonly string? _pauseFile;

    private EffectGate(string? stopAt, string? pauseAt, string? pauseFile) =>
        (_stopAt, _pauseAt, _pauseFile) = (stopAt, pauseAt, pauseFile);

    /// <summary>The gate that lets everything pass.</summary>
    public static EffectGate Open { get; } = new(null, null, null);

    /// <summary>The gate that the environment asks for.</summary>
    public static EffectGate FromEnvironment() => new(
        Environment.GetEnvironmentVariable("HOLDFAST_TEST_STOP_AT"),
        Environment.GetEnvironmentVariable("HOLDFAST_TEST_PAUSE_AT"),
        Environment.GetEnvironmentVariable("HOLDFAST_TEST_PAUSE_FILE"));

    /// <summary>Runs <paramref name="action"/> as <paramref name="effect"/>.</summary>
    public async Task RunAsync(Effect effect, Func<Task> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        await PassAsync(effect, "before").ConfigureAwait(false);
        await action().ConfigureAwait(false);
        await PassAsync(effect, "after").ConfigureAwait(false);
    }

    /// <summary>Runs <paramref name="action"/> as <paramref name="effect"/> and hands on what it returns.</summary>
    public async Task<T> RunAsync<T>(Effect effect, Func<Task<T>> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        await PassAsync(effect, "before").ConfigureAwait(false);
        var result = await action().ConfigureAwait(false);
        await PassAsync(effect, "after").ConfigureAwait(false);
        return result;
    }

    /// <summary>Runs <paramref name="action"/>, which doesn't wait, as <paramref name="effect"/>.</summary>
    public Task RunAsync(Effect effect, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return RunAsync(effect, () =>
        {
            action();
            return Task.CompletedTask;
        });
    }

    private async ValueTask PassAsync(Effect effect, string side)
    {
        if (_stopAt is null && _pauseAt is null)
            return;
        var here = $"{effect}:{side}";
        if (here == _stopAt)
            _ = Kill(Environment.ProcessId, SigKill);
        if (here != _pauseAt || _pauseFile is null || File.Exists(_pauseFile + ".passed"))
            return;
        await File.WriteAllTextAsync(_pauseFile + ".passed", here).ConfigureAwait(false);
        await File.WriteAllTextAsync(_pauseFile, here).ConfigureAwait(false);
        while (File.Exists(_pauseFile))
            await Task.Delay(20).ConfigureAwait(false);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
