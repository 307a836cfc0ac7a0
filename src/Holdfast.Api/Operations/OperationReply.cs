using Holdfast.Api.Replies;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Jobs;

namespace Holdfast.Api.Operations;

/// <summary>202 with the two addresses that clients poll. What they find there is one operation, whichever of its addresses they take.</summary>
internal static class OperationReply
{
    /// <summary>Accepted, to be polled below a resource.</summary>
    public static ArmReply Accepted(ArmCall call, string resource, OperationRow operation) =>
        Accepted(call, $"{resource}/operationResults/{operation.OperationId}", $"{resource}/operationsStatus/{operation.OperationId}");

    /// <summary>Accepted, to be polled below the vault: the resource itself may be gone.</summary>
    public static ArmReply AcceptedByVault(ArmCall call, OperationRow operation) => Accepted(
        call, $"{call.Vault.Id}/backupOperationResults/{operation.OperationId}", $"{call.Vault.Id}/backupOperations/{operation.OperationId}");

    /// <summary>Accepted, to be polled at the given paths.</summary>
    public static ArmReply Accepted(ArmCall call, string result, string status) => new(StatusCodes.Status202Accepted, null, new Dictionary<string, string>
    {
        // Semicolons are fine in addresses; what isn't, such as a blank in a VM's name, is escaped.
        ["Location"] = call.Absolute(new PathString(result).ToUriComponent()),
        ["Azure-AsyncOperation"] = call.Absolute(new PathString(status).ToUriComponent()),
    });
}
