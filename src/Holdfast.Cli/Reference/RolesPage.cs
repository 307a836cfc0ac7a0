using System.Text;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Cli.Reference;

/// <summary>The page on roles: what each may do, taken from the roles themselves.</summary>
internal static class RolesPage
{
    private const string Vault = "Microsoft.RecoveryServices/vaults/";
    private const string Item = Vault + "backupFabrics/protectionContainers/protectedItems/";

    private static readonly (string Operation, string[] Actions, string Where)[] Operations =
    [
        ("See vaults, items, policies, jobs and recovery points", [Vault + "read", Vault + "backupProtectedItems/read", Item + "recoveryPoints/read", Vault + "backupJobs/read"], "vault"),
        ("Create or change a vault", [Vault + "write"], "resource group"),
        ("Delete a vault", [Vault + "delete"], "vault"),
        ("Change soft delete and other vault settings", [Vault + "backupconfig/write"], "vault"),
        ("Create, change or delete a policy", [Vault + "backupPolicies/write", Vault + "backupPolicies/delete"], "vault"),
        ("Protect a VM, resume its protection, undelete it", [Item + "write", "Microsoft.Compute/virtualMachines/read"], "vault; VM"),
        ("Give a protected VM another policy", [AccessActions.ChangePolicy], "vault"),
        ("Stop or suspend protection", [AccessActions.StopProtection], "vault"),
        ("Delete backup data", [AccessActions.DeleteProtectedItem], "vault"),
        ("Bind an item to a VM of another UUID", [AccessActions.RebindProtectedItem], "vault; VM"),
        ("Back up now", [Item + "backup/action"], "vault"),
        ("Restore disks, or a new VM", [Item + "recoveryPoints/restore/action", "Microsoft.Compute/virtualMachines/write", "Microsoft.Storage/storageAccounts/write", "Microsoft.Network/virtualNetworks/subnets/join/action"], "vault; target VM, group, pool and subnet"),
        ("Restore in place", [Item + "recoveryPoints/restore/action", "Microsoft.Compute/virtualMachines/write"], "vault; source VM"),
        ("Cancel a job", [Vault + "backupJobs/cancel/action"], "vault"),
        ("Examine VMs, their hosts and vaults (doctor)", [AccessActions.Examine], "VM; subscription for what concerns the node"),
        ("See a VM's agent", [AccessActions.ReadAgent], "VM"),
        ("Safe remedies (doctor --fix), attach the agent's channel", [AccessActions.Remedy], "VM"),
        ("Remedies that restart something in the guest", [AccessActions.Remedy, AccessActions.Disrupt], "VM"),
        ("Update the agent in a guest", [AccessActions.UpdateAgent], "VM"),
        ("Read metrics from another machine", [AccessActions.ReadMetrics], "subscription"),
        ("Read the audit log", [AccessActions.ReadAudit], "subscription"),
        ("Register hosts", [AccessActions.WriteHosts], "subscription"),
        ("Give rights to others", [AccessActions.WriteCredentials], "subscription"),
    ];

    public static string Write()
    {
        var text = new StringBuilder("""
            # Roles

            A credential has one or more roles, each at a scope: the subscription, a resource group, or a vault. A role counts at its scope and everything below it.
            Every resource that a request names, in its path and in its body, is checked: who may restore in a vault still needs the right to write the VM that is restored to.

            ```sh
            holdfast credential create --data DIR --role Operator --scope /subscriptions/ID/resourceGroups/GROUP
            ```

            | Operation | Where the right is needed |
            """).Append(string.Concat(Roles.All.Select(r => $" {r.Name} |"))).Append("\n|---|---|").Append(string.Concat(Roles.All.Select(_ => "---|"))).Append('\n');
        foreach (var (operation, actions, where) in Operations)
        {
            text.Append("| ").Append(operation).Append(" | ").Append(where).Append(" |");
            foreach (var role in Roles.All)
                text.Append(actions.All(role.Allows) ? " yes |" : " |");
            text.Append('\n');
        }

        text.Append("\n## What each role is\n\nNames and ids are those of Azure's built-in roles.\n");
        foreach (var role in Roles.All)
        {
            text.Append("\n### ").Append(role.Name).Append("\n\n").Append(role.Description).Append(" `--role ").Append(role.ShortName).Append("`, id `").Append(role.Id)
                .Append("`.\n\n");
            Append(text, "Allows", role.Actions);
            Append(text, "But not", role.NotActions);
        }

        return text.Append("""

            ## How this differs from Azure

            - Azure decides stopping protection, changing an item's policy and rebinding inside its service; here they are actions of their own, so that an
              operator can't let data go by giving an item a policy that keeps less.
            - There is no Virtual Machine Contributor: Contributor and Operator also read and write VMs, networks and storage pools within their scope. At the scope of a vault
              they have no right on any VM.
            - Azure's agent is its own; here remedies, the agent's channel and its update are actions on the VM. What a guest notices needs a contributor.
            - Metrics, audit log and hosts have actions of Holdfast's own.

            """).ToString();
    }

    private static void Append(StringBuilder text, string label, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0)
            return;
        text.Append(label).Append(":\n\n```\n").Append(string.Join('\n', patterns)).Append("\n```\n");
    }
}
