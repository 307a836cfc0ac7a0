using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.GuestAgent.Scripts;
using Holdfast.Protection.Guest;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The guest's pre- and post-scripts, where it has any, would be run: readable, well formed, and root's alone. Runs none of them.</summary>
internal sealed class ScriptsCheck() : HealthCheck<VmSubject>(HealthArea.Scripts, "configuration", HealthNeeds.Programs | HealthNeeds.Unix)
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        SnapshotScripts scripts;
        try
        {
            scripts = await SnapshotScripts.PrepareAsync(subject.Probe.Agent, ct).ConfigureAwait(false);
        }
        catch (GuestAgentException e)
        {
            return [HealthFinding.Unknown(e.Message)];
        }

        if (scripts.Verdict is null)
            return await InterpretersAsync(subject, scripts.Config!, ct).ConfigureAwait(false);
        if (scripts.Verdict is not { Status: SnapshotScriptStatus.Refused } refused)
            return [HealthFinding.Passed("none")];
        return [refused.Refusal switch
        {
            SnapshotScriptRefusal.ConfigMalformed or SnapshotScriptRefusal.ConfigUnreadable =>
                HealthFinding.Of("unusable", AgentFaults.ScriptConfigUnusable(subject.Name, SnapshotScriptConfig.Location, refused.Detail)),
            _ => HealthFinding.Of("refused", AgentFaults.ScriptRefused(
                subject.Name, scripts.Config?.PreScriptLocation is { Length: > 0 } script ? script : SnapshotScriptConfig.Location, refused.Detail)),
        }];
    }

    // A script that the guest can't start says so at the next backup only, when the point is worth less already.
    private static async Task<IReadOnlyList<HealthFinding>> InterpretersAsync(VmSubject subject, SnapshotScriptConfig config, CancellationToken ct)
    {
        try
        {
            foreach (var script in new[] { config.PreScriptLocation, config.PostScriptLocation }.Where(s => s.Length > 0).Distinct())
            {
                if (await GuestInterpreter.FindMissingAsync(subject.Probe.Agent, script, ct).ConfigureAwait(false) is { } missing)
                    return [HealthFinding.Of(missing, HealthFaults.GuestToolMissing(subject.Name, missing, Path.GetFileName(missing)))];
            }

            return [HealthFinding.Passed("would be run")];
        }
        catch (GuestAgentException e)
        {
            return [HealthFinding.Unknown(e.Message)];
        }
    }
}
