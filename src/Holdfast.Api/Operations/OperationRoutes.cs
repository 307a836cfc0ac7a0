using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Jobs;
using Holdfast.Api.Replies;
using Holdfast.Api.Restores;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Operations;

/// <summary>Where operations are polled: one store under all of the addresses that clients and their versions use.</summary>
internal static class OperationRoutes
{
    private const string Read = "Microsoft.RecoveryServices/vaults/backupOperations/read";
    private const string ReadResult = "Microsoft.RecoveryServices/vaults/backupOperationResults/read";
    private const string Fabric = "/backupFabrics/{fabric}";
    private const string Item = Fabric + "/protectionContainers/{container}/protectedItems/{item}";

    private static readonly string[] Statuses =
    [
        "/backupOperations", "/backupValidateOperationsStatuses", Fabric + "/operationsStatus", Fabric + "/protectionContainers/{container}/operationsStatus",
        Item + "/operationsStatus", Item + "/recoveryPoints/{point}/operationsStatus", "/backupJobs/{job}/operationsStatus", "/backupPolicies/{policy}/operations",
    ];

    private static readonly string[] Results =
    [
        "/backupOperationResults", "/backupValidateOperationResults", Fabric + "/operationResults", Fabric + "/protectionContainers/{container}/operationResults",
        Item + "/operationResults", Item + "/recoveryPoints/{point}/operationResults", "/backupJobs/{job}/operationResults", "/backupJobs/operationResults",
        "/backupPolicies/{policy}/operationResults",
    ];

    public static void Map(ArmRoutes routes)
    {
        foreach (var alias in Statuses)
            routes.Get(ArmRoutes.Vault, alias + "/{operation}", Read, StatusAsync);
        foreach (var alias in Results)
            routes.Get(ArmRoutes.Vault, alias + "/{operation}", ReadResult, ResultAsync);
    }

    private static async Task<ArmReply> StatusAsync(ArmCall call)
    {
        var (vault, operation) = await FindAsync(call);
        var status = new JsonObject
        {
            ["id"] = operation.OperationId.ToString(),
            ["name"] = operation.OperationId.ToString(),
            ["status"] = operation.Status.ToString(),
            ["startTime"] = WireTime.Of(operation.StartUtc),
        };
        if (operation.EndUtc is { } end)
            status["endTime"] = WireTime.Of(end);
        if (operation.Error is { } error)
            status["error"] = ArmError.Brief(error, call.Language);
        if (PropertiesOf(operation, call.Language) is { } properties)
            status["properties"] = properties;
        return ArmReply.Ok(status);
    }

    private static async Task<ArmReply> ResultAsync(ArmCall call)
    {
        var (vault, operation) = await FindAsync(call);
        if (operation.Status == OperationStatus.InProgress)
            return new(StatusCodes.Status202Accepted, null, new Dictionary<string, string> { ["Location"] = call.Absolute(call.Http.Request.Path.ToUriComponent()) });
        if (operation.Error is { } error)
            throw error.ToException();
        if (operation.Kind == OperationKind.Validates)
            return ArmReply.Ok(ValidationShape.Of(operation.Findings, call.Language));
        if (operation.Kind == OperationKind.Exports)
            return ArmReply.Ok(JobExportRoutes.Result(call, vault, operation));
        if (operation.Kind == OperationKind.StartsJob && operation.JobId is { } jobId
            && await call.Get<ControlPlane.Jobs.Jobs>().FindAsync(vault, jobId.ToString(), call.Aborted) is { } job)
            return ArmReply.Ok(new JobShape(vault, call.Language, call.Get<TimeProvider>().GetUtcNow()).Of(job));
        if (operation.Kind == OperationKind.RunsJob && call.ValueOrNull("item") is { } name
            && await call.Get<ControlPlane.Items.ProtectedItems>().FindAsync(vault, call.Value("container"), name, call.Aborted) is { } item)
            return ArmReply.Ok(await ItemRoutes.ShapeAsync(call, vault, item, isExtended: false));
        return ArmReply.NoContent;
    }

    private static async Task<(VaultRow Vault, OperationRow Operation)> FindAsync(ArmCall call)
    {
        var vault = await call.RequireVaultAsync();
        return (vault, await call.Get<ControlPlane.Jobs.Operations>().FindAsync(vault, call.Value("operation"), call.Aborted)
            ?? throw ServiceFaults.ResourceNotFound(call.Http.Request.Path).ToException());
    }

    private static JsonObject? PropertiesOf(OperationRow operation, FaultLanguage language) => operation switch
    {
        { Kind: OperationKind.Validates } => new JsonObject
        {
            ["objectType"] = "OperationStatusValidateOperationExtendedInfo",
            ["validateOperationResponse"] = ValidationShape.Of(operation.Findings, language)["validateOperationResponse"]!.DeepClone(),
        },
        { JobId: { } job } => new JsonObject { ["objectType"] = "OperationStatusJobExtendedInfo", ["jobId"] = job.ToString() },
        _ => null,
    };
}
