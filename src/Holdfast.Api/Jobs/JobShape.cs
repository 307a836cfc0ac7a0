using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Jobs;

/// <summary>A job as Azure Backup writes it. Errors are rendered here, when somebody reads: an old job comes in the reader's language.</summary>
internal sealed class JobShape(VaultRow vault, FaultLanguage language, DateTimeOffset nowUtc)
{
    /// <summary>The job as lists have it.</summary>
    public JsonObject Of(JobRow job)
    {
        var properties = new JsonObject
        {
            ["jobType"] = "AzureIaaSVMJob",
            ["containerName"] = job.ContainerName,
            ["duration"] = WireTime.Of((job.EndUtc ?? nowUtc) - job.StartUtc),
            ["actionsInfo"] = CancelRules.Refusal(job) is null ? new JsonArray("Cancellable") : new JsonArray(),
            ["virtualMachineVersion"] = "Compute",
            ["isUserTriggered"] = job.Trigger == JobTrigger.OnDemand,
            ["entityFriendlyName"] = job.EntityName,
            ["backupManagementType"] = Kinds.IaasVm,
            ["operation"] = job.Operation.ToString(),
            ["status"] = job.Status.ToString(),
            ["startTime"] = WireTime.Of(job.StartUtc),
            ["activityId"] = job.ActivityId,
        };
        if (job.EndUtc is { } end)
            properties["endTime"] = WireTime.Of(end);
        if (job.Error is { } error)
            properties["errorDetails"] = new JsonArray(Error(error));
        return new JsonObject
        {
            ["id"] = $"{vault.Ref.Id}/backupJobs/{job.JobId}",
            ["name"] = job.JobId.ToString(),
            ["type"] = "Microsoft.RecoveryServices/vaults/backupJobs",
            ["properties"] = properties,
        };
    }

    /// <summary>The job with its tasks and progress.</summary>
    public JsonObject Extended(JobRow job)
    {
        var shape = Of(job);
        var bag = new JsonObject(job.Properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        if (job.Phase == JobPhase.Queued)
            bag["Queued"] = "True";
        if (job.StoredBytes > 0)
            bag["Stored in vault"] = Megabytes(job.StoredBytes);
        if (job.BytesPerSecond > 0)
            bag["Transfer rate"] = Megabytes((long)job.BytesPerSecond) + "/s";
        foreach (var (phase, span) in Phases(job))
            bag["Time " + phase] = Seconds(span);
        var info = new JsonObject
        {
            ["tasksList"] = new JsonArray([.. job.Tasks.Select(t => (JsonNode)Task(t))]),
            ["propertyBag"] = bag,
            ["internalPropertyBag"] = new JsonObject(),
            ["progressPercentage"] = Math.Round(job.Percent, 1),
        };
        if (job is { EndUtc: null, EstimatedEndUtc: { } estimated })
            info["estimatedRemainingDuration"] = WireTime.Of(estimated - nowUtc);
        if (job.Warnings.Count > 0)
        {
            info["dynamicErrorMessage"] = string.Join("\n", job.Warnings.Select(w => FaultCatalogue.Shared.Render(w, language).Message));
            info["warningDetails"] = new JsonArray([.. job.Warnings.Select(w => (JsonNode)Error(w))]);
        }

        shape["properties"]!["extendedInfo"] = info;
        return shape;
    }

    // Azure has no words for where a job's time went: they are Holdfast's own, in English as all names in the bag.
    private static IEnumerable<(string Phase, TimeSpan Span)> Phases(JobRow job)
    {
        if (job.BegunUtc is { } begun && job.Operation is JobOperation.Backup or JobOperation.Restore)
            yield return ("waiting", begun - job.StartUtc);
        foreach (var (phase, span) in job.Times?.ByName() ?? new Dictionary<string, TimeSpan>())
            yield return (phase, span);
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    private static string Megabytes(long bytes) => ((bytes + (1 << 20) - 1) >> 20).ToString(CultureInfo.InvariantCulture) + " MB";

    private JsonObject Error(Fault fault)
    {
        var text = FaultCatalogue.Shared.Render(fault, language);
        return new()
        {
            ["errorCode"] = text.Number,
            ["errorTitle"] = fault.Code.Value,
            ["errorString"] = text.Cause.Length > 0 ? text.Message + " " + text.Cause : text.Message,
            ["recommendations"] = new JsonArray([.. text.Actions.Select(a => (JsonNode)a)]),
        };
    }

    private JsonObject Task(JobTask task)
    {
        var shape = new JsonObject
        {
            ["taskId"] = task.Id,
            ["status"] = task.Status.ToString(),
            ["duration"] = WireTime.Of(task.StartUtc is { } start ? (task.EndUtc ?? nowUtc) - start : TimeSpan.Zero),
        };
        if (task.StartUtc is { } begun)
            shape["startTime"] = WireTime.Of(begun);
        if (task.EndUtc is { } ended)
            shape["endTime"] = WireTime.Of(ended);
        if (task.TotalBytes > 0)
        {
            shape["progressPercentage"] = Math.Round(100.0 * task.DoneBytes / task.TotalBytes, 1);
            shape["taskExecutionDetails"] = $"{Megabytes(task.DoneBytes)} / {Megabytes(task.TotalBytes)} Transferred";
        }

        return shape;
    }
}
