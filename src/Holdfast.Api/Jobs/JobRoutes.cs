using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Native;
using Holdfast.Api.Operations;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Jobs;

/// <summary>Jobs.</summary>
internal static class JobRoutes
{
    private const string Jobs = "Microsoft.RecoveryServices/vaults/backupJobs/";
    private const string One = ArmRoutes.Vault + "/backupJobs/{job}";

    public static void Map(ArmRoutes routes)
    {
        routes.Get(ArmRoutes.Vault, "/backupJobs", Jobs + "read", ListAsync);
        routes.Get(One, "", Jobs + "read", async call =>
        {
            var vault = await call.RequireVaultAsync();
            var job = await call.Get<ControlPlane.Jobs.Jobs>().FindAsync(vault, call.Value("job"), call.Aborted)
                ?? throw ServiceFaults.JobNotFound(call.Value("job"), vault.Name).ToException();
            return ArmReply.Ok(Native(call, vault, job, ShapeOf(call, vault).Extended(job)));
        });
        routes.Add("POST", One, "/cancel", Jobs + "cancel/action", async call =>
        {
            var vault = await call.RequireVaultAsync();
            return OperationReply.Accepted(call, call.Resource.ToString(), await call.Get<ControlPlane.Jobs.Jobs>().CancelAsync(vault, call.Value("job"), call.Aborted));
        });
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var filter = FilterOf(call.Http.Request);
        var vault = await call.RequireVaultAsync();
        var page = Page.Of(call.Http.Request);
        var jobs = await call.Get<ControlPlane.Jobs.Jobs>().ListAsync(vault, filter with { Skip = page.Skip, Take = page.Take + 1 }, call.Aborted);
        var shape = ShapeOf(call, vault);
        return page.Reply(call, jobs, job => Native(call, vault, job, shape.Of(job)));
    }

    /// <summary>Which jobs a request asks for.</summary>
    public static JobFilter FilterOf(HttpRequest request)
    {
        var filter = ListFilter.Of(request, Kinds.ManagementType, "operation", "status", "jobId", "startTime", "endTime");
        var isAsked = IsWord<JobOperation>(filter["operation"], out var operation) & IsWord<JobStatus>(filter["status"], out var status)
            & IsId(filter["jobId"], out var id) & filter.Admits(Kinds.ManagementType, Kinds.IaasVm);
        return new()
        {
            Operation = operation,
            Status = status,
            From = filter.Instant("startTime"),
            Until = filter.Instant("endTime"),

            // A word of Azure's that no job here ever has is answered with no jobs.
            JobId = isAsked ? id : Guid.Empty,
        };
    }

    private static JobShape ShapeOf(ArmCall call, VaultRow vault) => new(vault, call.Language, call.Get<TimeProvider>().GetUtcNow());

    private static JsonObject Native(ArmCall call, VaultRow vault, JobRow job, JsonObject shape) =>
        NativeView.Add(call, shape, NativeJson.Default.NativeJob, () => NativeJob.Of(vault.Name, job));

    private static bool IsWord<T>(string? text, out T? word)
        where T : struct, Enum
    {
        word = text is not null && Enum.TryParse<T>(text, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsAsciiDigit(text[0]) ? parsed : null;
        return text is null || word is not null;
    }

    private static bool IsId(string? text, out Guid? id)
    {
        id = Guid.TryParse(text, out var parsed) ? parsed : null;
        return text is null || id is not null;
    }
}
