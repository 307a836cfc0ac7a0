using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Items;
using Holdfast.Api.Replies;
using Holdfast.Api.Requests;
using Holdfast.Api.Routing;
using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Policies;

/// <summary>Backup policies.</summary>
internal static class PolicyRoutes
{
    public const string Read = "Microsoft.RecoveryServices/vaults/backupPolicies/read";
    private const string Write = "Microsoft.RecoveryServices/vaults/backupPolicies/write";
    private const string Delete = "Microsoft.RecoveryServices/vaults/backupPolicies/delete";
    private const string One = ArmRoutes.Vault + "/backupPolicies/{policy}";

    public static void Map(ArmRoutes routes)
    {
        routes.Get(ArmRoutes.Vault, "/backupPolicies", Read, ListAsync);
        routes.Get(One, "", Read, async call =>
        {
            var vault = await call.RequireVaultAsync();
            return ArmReply.Ok(Shape(vault, await call.Get<BackupPolicies>().FindAsync(vault, call.Value("policy"), call.Aborted)
                ?? throw ServiceFaults.PolicyNotFound(call.Value("policy"), vault.Name).ToException()));
        });
        routes.Add("PUT", One, "", Write, ReadBody, (_, _) => [], async (call, properties) =>
        {
            var vault = await call.RequireVaultAsync();
            var policy = await call.Get<BackupPolicies>().PutAsync(vault, call.Value("policy"), properties, call.Aborted);

            // What it will lead to, such as late starts, shows in the health of the items that it is for.
            await call.Get<PreChecks>().HurryAsync(vault, policy.Id, call.Aborted);
            return ArmReply.Ok(Shape(vault, policy));
        });
        routes.Add("DELETE", One, "", Delete, async call =>
            await call.Get<BackupPolicies>().DeleteAsync(await call.RequireVaultAsync(), call.Value("policy"), call.Aborted) ? ArmReply.Empty : ArmReply.NoContent);
    }

    private static async Task<ArmReply> ListAsync(ArmCall call)
    {
        var filter = ListFilter.Of(call.Http.Request, Kinds.ManagementType, "workloadType", "policyName", "policySubType");
        var vault = await call.RequireVaultAsync();
        var all = Kinds.Admits(filter, "workloadType") ? await call.Get<BackupPolicies>().ListAsync(vault, call.Aborted) : [];
        return Page.Of(call, all.Where(p => filter.Admits("policyName", p.Name)
            && filter.Admits("policySubType", p.Document.Policy.Generation == PolicyGeneration.Enhanced ? "Enhanced" : "Standard")), p => Shape(vault, p));
    }

    // What a policy's properties may hold is the control plane's to say.
    private static JsonElement ReadBody(ArmCall call, BodyObject body) =>
        body.Ignore("id", "name", "type", "eTag", "etag", "location", "tags").Raw("properties") is { ValueKind: JsonValueKind.Object } properties
            ? properties : throw body.Refuse("properties", "object");

    private static JsonObject Shape(VaultRow vault, BackupPolicyResource policy) => new()
    {
        ["id"] = $"{vault.Ref.Id}/backupPolicies/{policy.Name}",
        ["name"] = policy.Name,
        ["type"] = "Microsoft.RecoveryServices/vaults/backupPolicies",
        ["properties"] = policy.Document.ToProperties(policy.ItemsCount),
    };
}
