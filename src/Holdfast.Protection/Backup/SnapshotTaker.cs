using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.GuestAgent.Scripts;
using Holdfast.Libvirt;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Backup;

/// <summary>
/// Take Snapshot: pre-script, freeze under the guard, begin, thaw, post-script. What can't be had lowers the consistency, and with
/// a strict run ends it before the job begins.
/// </summary>
internal sealed class SnapshotTaker(EngineContext context, Domain domain, BackupOptions options)
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);
    private readonly GuestAgentClient _agent = new(new LibvirtAgentChannel(domain), new GuestAgentClientOptions { TimeProvider = context.Time });
    private readonly List<Fault> _warnings = [];
    private IReadOnlyList<GuestNetworkInterface> _interfaces = [];
    private SnapshotScripts? _scripts;
    private Fault? _whyLower;
    private bool _preScriptSucceeded;
    private bool _isAgentUnusable;

    /// <summary>Takes the snapshot; <paramref name="begin"/> begins libvirt's job at the right moment.</summary>
    public async Task<Snapshot> TakeAsync(bool hasAgentChannel, Func<Task> begin, CancellationToken ct)
    {
        try
        {
            if (options.Consistency > Consistency.Crash)
                await PrepareAsync(hasAgentChannel, ct).ConfigureAwait(false);
            return await FreezeAndBeginAsync(begin, ct).ConfigureAwait(false);
        }
        finally
        {
            // Also where the pre-script failed or was cancelled: it may have begun.
            if (_scripts is not null)
                await RunPostScriptAsync(_scripts).ConfigureAwait(false);
        }
    }

    private async Task PrepareAsync(bool hasAgentChannel, CancellationToken ct)
    {
        if (!hasAgentChannel)
        {
            _isAgentUnusable = true;
            Lower(AgentFaults.AgentChannelMissing(domain.Name));
            return;
        }

        try
        {
            await _agent.PingAsync(PingTimeout, ct).ConfigureAwait(false);
            await LearnInterfacesAsync(ct).ConfigureAwait(false);
            if (options.Consistency < Consistency.Application)
                return;
            var scripts = _scripts = await SnapshotScripts.PrepareAsync(_agent, ct).ConfigureAwait(false);
            var result = await context.Effects.RunAsync(Effect.PreScript, () => scripts.RunPreAsync(ct)).ConfigureAwait(false);
            JudgePreScript(scripts, result);
            RefuseIfStrict(_preScriptSucceeded ? Consistency.Application : Consistency.FileSystem);
        }
        catch (GuestAgentException e)
        {
            _isAgentUnusable = true;
            Lower(e.Kind is GuestAgentErrorKind.Unresponsive
                ? AgentFaults.AgentNotResponding(domain.Name, PingTimeout) : FreezeFaults.Of(e, domain.Name));
        }
    }

    // Not worth anything of the run: an agent without the command, or that answers nonsense, has told nothing.
    private async Task LearnInterfacesAsync(CancellationToken ct)
    {
        try
        {
            _interfaces = await _agent.NetworkInterfacesAsync(ct).ConfigureAwait(false);
        }
        catch (GuestAgentException e) when (e.Kind is not (GuestAgentErrorKind.Unresponsive or GuestAgentErrorKind.NotConnected))
        {
            _interfaces = [];
        }
    }

    private void JudgePreScript(SnapshotScripts scripts, SnapshotScriptResult result)
    {
        var path = scripts.Config?.PreScriptLocation ?? SnapshotScriptConfig.Location;
        _preScriptSucceeded = result.Status is SnapshotScriptStatus.Succeeded;
        var fault = result switch
        {
            { Refusal: SnapshotScriptRefusal.ConfigMalformed or SnapshotScriptRefusal.ConfigUnreadable } =>
                AgentFaults.ScriptConfigUnusable(domain.Name, SnapshotScriptConfig.Location, result.Detail),
            { Status: SnapshotScriptStatus.Refused } => AgentFaults.ScriptRefused(domain.Name, path, result.Detail),
            { Status: SnapshotScriptStatus.Failed, TimedOut: true } =>
                AgentFaults.ScriptTimedOut(domain.Name, path, TimeSpan.FromSeconds(scripts.Config?.TimeoutInSeconds ?? 0)),
            { Status: SnapshotScriptStatus.Failed } => AgentFaults.PreScriptFailed(domain.Name, path, result.ExitCode ?? -1, result.OutputTail),
            _ => null,
        };
        if (fault is null)
            return;
        if (!result.ContinueBackup)
            throw new FaultException(fault);
        Lower(fault);
    }

    private async Task<Snapshot> FreezeAndBeginAsync(Func<Task> begin, CancellationToken ct)
    {
        if (options.Consistency is Consistency.Crash || _isAgentUnusable || !CanFreeze())
        {
            RefuseIfStrict(Consistency.Crash);
            await begin().ConfigureAwait(false);
            return Done(context.Time.GetUtcNow(), frozen: null);
        }

        if (context.Journal is not null)
            await context.Journal.FreezeIntendedAsync(ct).ConfigureAwait(false);
        await using var freeze = await FrozenGuest.FreezeAsync(
            _agent, new FreezeRequest(context.RequiredHost.Uri.Text, domain.Uuid), FreezeOptionsOf(), ct).ConfigureAwait(false);
        if (freeze.Guest is not { } guest)
        {
            Lower(FreezeFaults.Of(freeze.NotFrozen!, domain.Name, options.FreezeLimit));
            if (freeze.NotFrozen!.ThawPending)
                _warnings.Add(AgentFaults.ThawFailed(domain.Name, "the guard goes on trying"));
            RefuseIfStrict(Consistency.Crash);
            await begin().ConfigureAwait(false);
            return Done(context.Time.GetUtcNow(), frozen: null);
        }

        await begin().ConfigureAwait(false);
        var taken = context.Time.GetUtcNow();
        var outcome = await guest.ThawAsync().ConfigureAwait(false);
        if (!outcome.Held)
            Lower(outcome.Broken is FreezeBroken.LimitReached
                ? AgentFaults.FreezeTimedOut(domain.Name, options.FreezeLimit) : AgentFaults.FreezeDidNotHold(domain.Name));
        if (outcome.ThawPending)
            _warnings.Add(AgentFaults.ThawFailed(domain.Name, "the guard goes on trying"));
        else if (context.Journal is not null)
            await context.Journal.ThawedAsync(ct).ConfigureAwait(false);
        return Done(taken, outcome.Held ? outcome.Duration : null);
    }

    // The guest's own configuration may forbid the freeze.
    private bool CanFreeze()
    {
        if (_scripts is null or { FileSystemFreezeEnabled: true })
            return true;
        Lower(AgentFaults.AgentCommandDisabled(domain.Name, ["guest-fsfreeze-freeze (fsFreezeEnabled)"]));
        return false;
    }

    private Snapshot Done(DateTimeOffset taken, TimeSpan? frozen)
    {
        var reached = frozen is null ? Consistency.Crash : _preScriptSucceeded ? Consistency.Application : Consistency.FileSystem;
        return new Snapshot(taken, reached, reached < options.Consistency ? _whyLower : null, frozen, _warnings) { Interfaces = _interfaces };
    }

    private void RefuseIfStrict(Consistency reached)
    {
        if (options.Strict && reached < options.Consistency)
            throw Strictly(reached);
    }

    /// <summary>The failure of a strict run that reached less than asked.</summary>
    public FaultException Strictly(Consistency reached) => new(AgentFaults.ConsistencyNotReached(
        domain.Name, Term(options.Consistency), Term(reached), _whyLower?.Code.ToString() ?? "the guest has no pre-script"));

    /// <summary>The key that the catalogue of faults knows a level by.</summary>
    internal static string Term(Consistency level) => level.ToString().ToLowerInvariant();

    private void Lower(Fault why)
    {
        _whyLower ??= why;
        _warnings.Add(why);
    }

    private FreezeOptions FreezeOptionsOf() => new()
    {
        StateDirectory = context.Paths.State,
        Limit = options.FreezeLimit,
        TimeProvider = context.Time,
        Effects = context.Effects,
    };

    // Also after a cancel: an application held by its pre-script must be let go.
    private async Task RunPostScriptAsync(SnapshotScripts scripts)
    {
        try
        {
            var result = await context.Effects.RunAsync(Effect.PostScript, () => scripts.RunPostAsync(CancellationToken.None)).ConfigureAwait(false);
            if (result.Status is SnapshotScriptStatus.Failed)
            {
                _warnings.Add(AgentFaults.PostScriptFailed(
                    domain.Name, scripts.Config?.PostScriptLocation ?? "", result.ExitCode ?? -1, result.OutputTail));
            }
        }
        catch (GuestAgentException e)
        {
            _warnings.Add(FreezeFaults.Of(e, domain.Name));
        }
    }
}
