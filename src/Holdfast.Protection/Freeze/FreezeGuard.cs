using System.Text.Json;

namespace Holdfast.Protection.Freeze;

/// <summary>The node's end of an armed guard.</summary>
internal sealed class FreezeGuard : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly IGuardProcess _process;
    private readonly TimeProvider _clock;

    private FreezeGuard(IGuardProcess process, TimeProvider clock) => (_process, _clock) = (process, clock);

    public ProcessIdentity Identity => _process.Identity;

    /// <summary>Starts a guard and waits until it says that it is armed (INV-F1).</summary>
    /// <exception cref="GuardNotArmedException">It isn't armed, and has no effect.</exception>
    public static async Task<FreezeGuard> ArmAsync(IGuardStarter starter, GuardOrder order, TimeSpan timeout, TimeProvider clock, CancellationToken ct)
    {
        IGuardProcess process;
        try
        {
            process = starter.Start();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            throw new GuardNotArmedException($"The guard process could not be started: {e.Message}", e);
        }
        try
        {
            await GuardLines.WriteAsync(process.Input, JsonSerializer.Serialize(order, FreezeJson.Default.GuardOrder), ct);
            var answer = await GuardLines.ReadAsync(process.Output, ct).WaitAsync(timeout, clock, ct);
            if (answer != GuardLines.Armed)
            {
                throw new GuardNotArmedException(answer is null ? "The guard process ended before it was armed."
                    : $"The guard process isn't armed: {answer[Math.Min(GuardLines.Failed.Length, answer.Length)..]}");
            }
            return new FreezeGuard(process, clock);
        }
        catch (TimeoutException e)
        {
            process.Dispose();
            throw new GuardNotArmedException("The guard process wasn't armed in time.", e);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Announces the freeze: from here on the pipe's end makes the guard thaw. False: the guard is dead, so nothing may be frozen.</summary>
    public async Task<bool> AnnounceFreezeAsync() =>
        !_process.HasExited && await GuardLines.WriteAsync(_process.Input, GuardLines.Freezing, CancellationToken.None);

    /// <summary>Sends the guard home after a thaw. True: it had thawed (or tried to) on its own meanwhile.</summary>
    public async Task<bool> DisarmAsync()
    {
        if (!await GuardLines.WriteAsync(_process.Input, GuardLines.Disarm, CancellationToken.None))
            return false;
        try
        {
            return await GuardLines.ReadAsync(_process.Output, CancellationToken.None).WaitAsync(AnswerTimeout, _clock) is GuardLines.DisarmedAfterThaw;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Leaves the thaw to the guard and waits a while for it. True: the guard ended with the guest thawed or gone.</summary>
    public async Task<bool> HandOverAsync(TimeSpan patience)
    {
        _process.Input.Dispose();
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience, _clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public bool HasExited => _process.HasExited;

    public void Dispose() => _process.Dispose();
}
