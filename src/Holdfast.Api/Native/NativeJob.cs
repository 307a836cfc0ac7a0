using Holdfast.ControlPlane.Jobs;
using Holdfast.Protection.Backup;

namespace Holdfast.Api.Native;

/// <summary>What a job says besides.</summary>
/// <param name="Vault">Name of its vault.</param>
/// <param name="Vm">Name of its VM.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Status">How it is.</param>
/// <param name="Phase">Where it is in the queue.</param>
/// <param name="StartUtc">When it was put into the queue.</param>
/// <param name="BegunUtc">When a node began to work on it, or null.</param>
/// <param name="EndUtc">When it ended, or null.</param>
/// <param name="Node">The node that works on it, or null.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="StoredBytes">Bytes that the vault grew by.</param>
/// <param name="Tasks">Its steps.</param>
/// <param name="Properties">Facts by their English names.</param>
/// <param name="Warnings">What to look at.</param>
/// <param name="Error">Why it failed, or null.</param>
/// <param name="Times">Where the time of its work went, or null.</param>
public sealed record NativeJob(
    string Vault, string Vm, JobOperation Operation, JobStatus Status, JobPhase Phase, DateTimeOffset StartUtc, DateTimeOffset? BegunUtc, DateTimeOffset? EndUtc,
    string? Node, double Percent, long StoredBytes, IReadOnlyList<JobTask> Tasks, IReadOnlyDictionary<string, string> Properties,
    IReadOnlyList<NativeFault> Warnings, NativeFault? Error, PhaseTimes? Times = null)
{
    /// <summary>From the job's row.</summary>
    public static NativeJob Of(string vault, JobRow job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(
            vault, job.EntityName, job.Operation, job.Status, job.Phase, job.StartUtc, job.BegunUtc, job.EndUtc, job.Node, job.Percent, job.StoredBytes, job.Tasks,
            job.Properties, [.. job.Warnings.Select(NativeFault.Of)], job.Error is null ? null : NativeFault.Of(job.Error), job.Times);
    }
}
