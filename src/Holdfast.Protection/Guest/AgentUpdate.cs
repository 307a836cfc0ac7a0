using System.Globalization;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Guest;

/// <summary>Updates the agent of a Linux guest from its distribution's own repository, through the agent itself.</summary>
/// <param name="paths">This node's folders: the VM's lock holds backups off meanwhile.</param>
/// <param name="time">The clock.</param>
public sealed class AgentUpdate(NodePaths paths, TimeProvider time)
{
    private const string Service = "qemu-guest-agent";
    private const string Unit = "holdfast-agent-update";
    private static readonly GuestExecOptions Look = new() { Timeout = TimeSpan.FromSeconds(30), OutputBytesMax = 1024 };
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Updates it, and sees that it comes back, with which version and from which package.</summary>
    /// <exception cref="FaultException">A job is at work on the VM, the guest has no known package manager, it failed, or the agent stays away.</exception>
    public async Task<AgentUpdateResult> RunAsync(Domain domain, string uri, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(domain);
        using var held = Take(domain);
        if (domain.GetState() is not { State: DomainState.Running or DomainState.Blocked })
            throw new FaultException(AgentFaults.AgentNotConnected(domain.Name));
        if (domain.TryGetBackup(out _))
            throw Refused(domain.Name, "a backup job is running");
        if (FreezeIntentStore.TryRead(new FreezeIntentStore(paths.State).PathOf(uri, domain.Uuid)) is { } intent && (intent.Owner.IsAlive() || intent.Guard.IsAlive()))
            throw Refused(domain.Name, "the guest is being frozen");
        var agent = new GuestAgentClient(new LibvirtAgentChannel(domain), new GuestAgentClientOptions { TimeProvider = time });
        return await FaultMapping.GuardAsync(() => UpdateAsync(agent, domain.Name, ct), FaultSubject.OfVm(domain.Name, "guest-exec")).ConfigureAwait(false);
    }

    private VmLock Take(Domain domain)
    {
        try
        {
            return VmLock.Acquire(paths, domain.Uuid, domain.Name);
        }
        catch (FaultException e)
        {
            throw new FaultException(HealthFaults.AgentUpdateRefused(domain.Name, "a job of this node"), e);
        }
    }

    private async Task<AgentUpdateResult> UpdateAsync(GuestAgentClient agent, string vm, CancellationToken ct)
    {
        var before = await agent.InfoAsync(ct).ConfigureAwait(false);
        var manager = await GuestPackageManager.FindAsync(agent, ct).ConfigureAwait(false)
            ?? throw Failed(vm, "the guest has no package manager that is known: apt-get, dnf, yum or zypper");
        var installed = await manager.InstalledAsync(agent, ct).ConfigureAwait(false)
            ?? throw Failed(vm, "its program comes from no package: qemu-guest-agent isn't installed");
        var hasSystemd = (await agent.ExecAsync(new GuestCommand("stat", "/run/systemd/system"), Look, ct).ConfigureAwait(false)).Succeeded;
        foreach (var command in manager.Updates)
            await InstallAsync(agent, vm, hasSystemd ? OutsideOfTheAgentsUnit(command) : command, hasSystemd, ct).ConfigureAwait(false);
        var now = await WithPatienceAsync(vm, () => manager.InstalledAsync(agent, ct), ct).ConfigureAwait(false);
        await RestartReplacedAsync(agent, vm, hasSystemd, ct).ConfigureAwait(false);
        var after = await WithPatienceAsync(vm, () => agent.InfoAsync(ct), ct).ConfigureAwait(false);
        return new AgentUpdateResult(before.Version, after.Version, installed, now, await AgentOrigin.FindAsync(agent, ct).ConfigureAwait(false));
    }

    // systemd ends whatever is in a service's control group when the service is restarted: the package manager too, in the middle of its work.
    private static GuestCommand OutsideOfTheAgentsUnit(GuestCommand command) =>
        new("systemd-run", ["--quiet", "--collect", "--wait", "--pipe", $"--unit={Unit}", command.Path, .. command.Arguments]);

    private async Task InstallAsync(GuestAgentClient agent, string vm, GuestCommand command, bool hasSystemd, CancellationToken ct)
    {
        try
        {
            var done = await agent.ExecAsync(command, new GuestExecOptions { Timeout = InstallLimit, OutputBytesMax = 16 * 1024 }, ct).ConfigureAwait(false);
            if (!done.Succeeded)
            {
                var said = done.ErrorOutput.ToText(500) is { Length: > 0 } error ? error : done.Output.ToText(500);
                throw Failed(vm, done.TimedOut ? string.Create(CultureInfo.InvariantCulture, $"{command.Path} took longer than {InstallLimit.TotalMinutes:0} min") : said);
            }
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.NotConnected or GuestAgentErrorKind.Unresponsive or GuestAgentErrorKind.GuestError)
        {
            // The package restarted the agent, and with it went what was known of the command. Its unit goes on.
            for (var isDone = !hasSystemd; !isDone;)
            {
                var unit = await WithPatienceAsync(vm, () => agent.ExecAsync(new GuestCommand("systemctl", "is-active", Unit), Look, ct), ct).ConfigureAwait(false);
                isDone = unit.Output.ToText(40) is not ("active" or "activating" or "deactivating");
                await Task.Delay(Pause, time, ct).ConfigureAwait(false);
            }
        }
    }

    // Where the package's own script left the old program running.
    private async Task RestartReplacedAsync(GuestAgentClient agent, string vm, bool hasSystemd, CancellationToken ct)
    {
        var old = await WithPatienceAsync(vm, () => AgentOrigin.ProcessAsync(agent, ct), ct).ConfigureAwait(false);
        if (old is not { IsReplaced: true })
            return;
        await agent.StartExecAsync(
            hasSystemd ? new GuestCommand("systemctl", "restart", "--no-block", Service) : new GuestCommand("setsid", "service", Service, "restart"), ct).ConfigureAwait(false);
        var started = time.GetTimestamp();
        while ((await WithPatienceAsync(vm, () => AgentOrigin.ProcessAsync(agent, ct), ct).ConfigureAwait(false))?.Pid == old.Value.Pid)
        {
            if (time.GetElapsedTime(started) > ReturnLimit)
                throw Failed(vm, "the new program is installed, but the agent's service couldn't be restarted");
            await Task.Delay(Pause, time, ct).ConfigureAwait(false);
        }
    }

    // An agent that is being restarted doesn't answer for a while.
    private async Task<T> WithPatienceAsync<T>(string vm, Func<Task<T>> ask, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (GuestAgentException e)
            {
                if (time.GetElapsedTime(started) > ReturnLimit)
                    throw new FaultException(HealthFaults.AgentDidNotReturn(vm, ReturnLimit), e);
                await Task.Delay(Pause, time, ct).ConfigureAwait(false);
            }
        }
    }

    private static FaultException Failed(string vm, string reason) => new(HealthFaults.AgentUpdateFailed(vm, reason));

    private static FaultException Refused(string vm, string holder) => new(HealthFaults.AgentUpdateRefused(vm, holder));
}

/// <summary>What an update of an agent came to.</summary>
/// <param name="VersionBefore">The version that answered before.</param>
/// <param name="VersionAfter">The version that answers now.</param>
/// <param name="PackageBefore">The package's version before.</param>
/// <param name="PackageAfter">The package's version now.</param>
/// <param name="Origin">Where the program comes from that answers now.</param>
public sealed record AgentUpdateResult(string VersionBefore, string VersionAfter, string PackageBefore, string? PackageAfter, AgentOrigin Origin);
