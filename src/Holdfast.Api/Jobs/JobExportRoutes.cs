using System.Text.Json.Nodes;
using Holdfast.Api.Operations;
using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Jobs;

/// <summary>
/// The history of jobs as files. Azure puts them into a blob with a key in its address; here the address is one of the API, and is asked
/// with the same token as everything else: what is exported isn't handed to whoever gets hold of a link.
/// </summary>
internal static class JobExportRoutes
{
    private const string Vaults = "Microsoft.RecoveryServices/vaults/";
    private const string Files = "/backupJobs/operationResults/{operation}/";

    public static void Map(ArmRoutes routes)
    {
        routes.Add("POST", ArmRoutes.Vault, "/backupJobsExport", Vaults + "backupJobsExport/action", StartAsync);
        routes.Get(ArmRoutes.Vault, Files + "jobs.json", Vaults + "backupJobs/operationResults/read", call => FileAsync(call, "jobs.json", "application/json", JobExport.WriteJsonAsync));
        routes.Get(ArmRoutes.Vault, Files + "jobs.csv", Vaults + "backupJobs/operationResults/read", call => FileAsync(call, "jobs.csv", "text/csv; charset=utf-8", JobExport.WriteCsvAsync));
    }

    /// <summary>The result of an export's operation: where its files are.</summary>
    public static JsonObject Result(ArmCall call, VaultRow vault, OperationRow operation)
    {
        var folder = $"{vault.Ref.Id}/backupJobs/operationResults/{operation.OperationId}/";
        return new()
        {
            ["operation"] = new JsonObject
            {
                ["objectType"] = "ExportJobsOperationResultInfo",
                ["blobUrl"] = call.Absolute(new PathString(folder + "jobs.json").ToUriComponent()),
                ["blobSasKey"] = "",
                ["excelFileBlobUrl"] = call.Absolute(new PathString(folder + "jobs.csv").ToUriComponent()),
                ["excelFileBlobSasKey"] = "",
            },
            ["statusCode"] = "OK",
            ["headers"] = new JsonObject(),
        };
    }

    private static async Task<ArmReply> StartAsync(ArmCall call)
    {
        var filter = JobRoutes.FilterOf(call.Http.Request);
        var vault = await call.RequireVaultAsync();
        var operation = await call.Get<ControlPlane.Jobs.Jobs>().ExportAsync(vault, filter, call.Aborted);
        return OperationReply.Accepted(
            call, $"{vault.Ref.Id}/backupJobs/operationResults/{operation.OperationId}", $"{vault.Ref.Id}/backupOperations/{operation.OperationId}");
    }

    private static async Task<ArmReply> FileAsync(
        ArmCall call, string name, string mediaType, Func<Stream, IAsyncEnumerable<JobRow>, JobShape, CancellationToken, Task> write)
    {
        var vault = await call.RequireVaultAsync();
        var operation = await call.Get<ControlPlane.Jobs.Operations>().FindAsync(vault, call.Value("operation"), call.Aborted);
        if (operation?.Export is not { } filter)
            throw ServiceFaults.ResourceNotFound(call.Http.Request.Path).ToException();
        var shape = new JobShape(vault, call.Language, call.Get<TimeProvider>().GetUtcNow());
        var jobs = call.Get<ControlPlane.Jobs.Jobs>();
        return ArmReply.Of(new ArmContent(mediaType, name, (stream, ct) => write(stream, jobs.ReadAsync(vault, filter, ct), shape, ct)));
    }
}
