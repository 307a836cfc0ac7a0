using Holdfast.Faults;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The VM's definition has the agent's channel.</summary>
internal sealed class AgentChannelCheck() : HealthCheck<VmSubject>(HealthArea.Agent, "channel")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct) =>
        [(await subject.Probe.GetXmlAsync().ConfigureAwait(false)).AgentChannel is null
            ? HealthFinding.Of("none", AgentFaults.AgentChannelMissing(subject.Name)) : HealthFinding.Passed(Libvirt.GuestAgentChannel.PortName)];
}

/// <summary>The agent has opened its channel, and answers.</summary>
internal sealed class AgentAnswersCheck() : HealthCheck<VmSubject>(HealthArea.Agent, "answers", HealthNeeds.RunningGuest)
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var contact = subject.Contact;
        // What is halted doesn't answer: that has a check of its own.
        if (contact.Reach is AgentReach.Silent or AgentReach.Disconnected && await subject.MeasureAsync(ct).ConfigureAwait(false) is { IsStill: true })
            return [HealthFinding.Unknown("the guest is halted")];
        return [contact.Reach switch
        {
            AgentReach.Answering => HealthFinding.Passed("yes"),
            AgentReach.Disconnected => HealthFinding.Of("not connected", AgentFaults.AgentNotConnected(subject.Name)),
            AgentReach.Silent => HealthFinding.Of("no answer", AgentFaults.AgentNotResponding(subject.Name, subject.Options.AgentLimit)),
            AgentReach.Garbled => HealthFinding.Of("not as an agent", AgentFaults.AgentCommandFailed(subject.Name, "guest-info", contact.Detail)),
            // The channel's own check tells of a channel that is missing.
            AgentReach.NoChannel => HealthFinding.Unknown("no channel"),
            _ => HealthFinding.Unknown(contact.Detail.Length > 0 ? contact.Detail : "it couldn't be asked"),
        }];
    }
}

/// <summary>Nobody else holds the guest's file systems frozen.</summary>
internal sealed class FrozenCheck() : HealthCheck<VmSubject>(HealthArea.FileSystems, "not-frozen", HealthNeeds.RunningGuest)
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        HealthFinding finding = subject switch
        {
            { Contact.IsFrozen: true, Probe.IsBeingFrozen: false } => HealthFinding.Failed("frozen", AgentFaults.AlreadyFrozen(subject.Name)),
            { Contact.IsFrozen: true } => HealthFinding.Unknown(GatedAgentChannel.Busy),
            { Contact: { Reach: AgentReach.Answering, Info: { } info } } when info.Offers("guest-fsfreeze-status") => HealthFinding.Passed("thawed"),
            _ => HealthFinding.Unknown("the VM agent doesn't tell"),
        };
        return Task.FromResult<IReadOnlyList<HealthFinding>>([finding]);
    }
}

/// <summary>The agent is recent enough.</summary>
internal sealed class AgentVersionCheck() : HealthCheck<VmSubject>(HealthArea.Agent, "version", HealthNeeds.Agent)
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var info = subject.Contact.Info!;
        HealthFinding finding = info.ParsedVersion is not { } version
            ? HealthFinding.Unknown(info.Version)
            : version < subject.Options.AgentMinimum
                ? HealthFinding.Of(info.Version, AgentFaults.AgentTooOld(subject.Name, info.Version, subject.Options.AgentMinimum.ToString()))
                : HealthFinding.Passed(info.Version);
        return Task.FromResult<IReadOnlyList<HealthFinding>>([finding]);
    }
}

/// <summary>The commands that backups and checks need are there, and not blocked by the agent's configuration.</summary>
internal sealed class AgentCommandsCheck() : HealthCheck<VmSubject>(HealthArea.Agent, "commands", HealthNeeds.Agent)
{
    private static readonly string[] Needed =
    [
        "guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-get-fsinfo", "guest-exec", "guest-exec-status",
        "guest-file-open", "guest-file-read", "guest-file-close",
    ];

    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        var info = subject.Contact.Info!;
        // What an agent that is too old doesn't know yet is the version's matter.
        var isOld = info.ParsedVersion < subject.Options.AgentMinimum;
        var missing = Needed.Where(c => info.Commands.ContainsKey(c) ? !info.Commands[c] : !isOld).ToList();
        return Task.FromResult<IReadOnlyList<HealthFinding>>([missing.Count == 0
            ? HealthFinding.Passed($"{info.Commands.Count(c => c.Value)} allowed")
            : HealthFinding.Of(string.Join(' ', missing), AgentFaults.AgentCommandDisabled(subject.Name, missing))]);
    }
}

/// <summary>The agent that runs comes from the distribution's package.</summary>
internal sealed class AgentOriginCheck() : HealthCheck<VmSubject>(HealthArea.Agent, "origin", HealthNeeds.Programs | HealthNeeds.Unix)
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if (subject.Contact.Info is { } info && !(info.Offers("guest-exec") && info.Offers("guest-exec-status")))
            return [HealthFinding.Unknown("the agent doesn't let programs be run")];
        var origin = await Guest.AgentOrigin.FindAsync(subject.Probe.Agent, ct).ConfigureAwait(false);
        return [origin switch
        {
            { Package: { } package } => HealthFinding.Passed(package),
            { IsKnown: true, Path: { } path } => HealthFinding.Of(path, HealthFaults.AgentNotPackaged(subject.Name, path)),
            _ => HealthFinding.Unknown(origin.Detail),
        }];
    }
}
