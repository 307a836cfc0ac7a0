using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Tests.Access;

public sealed class AccessDecisionTests
{
    private const string Subscription = "/subscriptions/11111111-1111-1111-1111-111111111111";
    private const string Group = Subscription + "/resourceGroups/rg1";
    private const string Vault = Group + "/providers/Microsoft.RecoveryServices/vaults/v1";
    private const string Item = Vault + "/backupFabrics/Azure/protectionContainers/c;rg1;vm1/protectedItems/vm;rg1;vm1";
    private const string Vm = Group + "/providers/Microsoft.Compute/virtualMachines/vm1";
    private const string Vaults = "Microsoft.RecoveryServices/vaults/";
    private const string Items = Vaults + "backupFabrics/protectionContainers/protectedItems/";

    /// <summary>What Azure's page on roles for backup says of each operation: Owner, Contributor, Operator, Reader.</summary>
    public static TheoryData<string, string, string> Matrix => new()
    {
        { Vaults + "read", Vault, "OCPR" },
        { Vaults + "write", Vault, "OC" },
        { Vaults + "delete", Vault, "O" },
        { Vaults + "backupPolicies/read", Vault + "/backupPolicies/p1", "OCPR" },
        { Vaults + "backupPolicies/write", Vault + "/backupPolicies/p1", "OC" },
        { Vaults + "backupPolicies/delete", Vault + "/backupPolicies/p1", "OC" },
        { Vaults + "backupconfig/write", Vault + "/backupconfig/vaultconfig", "OC" },
        { Items + "read", Item, "OCPR" },
        { Items + "write", Item, "OCP" },
        { Items + "backup/action", Item, "OCP" },
        { AccessActions.StopProtection, Item, "OC" },
        { AccessActions.ChangePolicy, Item, "OC" },
        { AccessActions.DeleteProtectedItem, Item, "OC" },
        { Items + "recoveryPoints/read", Item + "/recoveryPoints/1", "OCPR" },
        { Items + "recoveryPoints/restore/action", Item + "/recoveryPoints/1", "OCP" },
        { Vaults + "backupJobs/read", Vault + "/backupJobs/j", "OCPR" },
        { Vaults + "backupJobs/cancel/action", Vault + "/backupJobs/j", "OCP" },
        { Vaults + "backupSecurityPIN/action", Vault, "OC" },
        { "Microsoft.Compute/virtualMachines/read", Vm, "OCPR" },
        { "Microsoft.Compute/virtualMachines/write", Vm, "OCP" },
        { AccessActions.ReadMetrics, Subscription, "OCPR" },
        { AccessActions.ReadAudit, Subscription, "O" },
        { AccessActions.WriteHosts, Subscription, "O" },
        { AccessActions.WriteCredentials, Subscription, "O" },
        { "Microsoft.Authorization/locks/delete", Subscription, "O" },
        { "Something.Unheard/of/write", Subscription, "O" },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Each_role_may_do_what_Azures_matrix_says_and_nothing_else(string action, string resource, string allowed)
    {
        foreach (var (letter, role) in "OCPR".Zip(Roles.All))
        {
            var may = AccessDecision.IsAllowed(With((role, Subscription)), action, ArmId.Parse(resource));
            Assert.True(allowed.Contains(letter) == may, $"{role} {(may ? "may" : "may not")} {action}");
        }
    }

    [Fact]
    public void Case_counts_neither_in_actions_nor_in_scopes() => Assert.True(AccessDecision.IsAllowed(
        With((Roles.BackupReader, Group.ToUpperInvariant())), "MICROSOFT.RECOVERYSERVICES/VAULTS/READ", ArmId.Parse(Vault)));

    [Fact]
    public void A_role_counts_only_in_its_scope()
    {
        var principal = With((Roles.BackupOperator, Vault));
        Assert.True(AccessDecision.IsAllowed(principal, Items + "write", ArmId.Parse(Item)));
        Assert.False(AccessDecision.IsAllowed(principal, "Microsoft.Compute/virtualMachines/read", ArmId.Parse(Vm)));
        Assert.False(AccessDecision.IsAllowed(principal, Vaults + "read", ArmId.Parse(Vault + "2")));
        Assert.False(AccessDecision.IsAllowed(principal, Vaults + "read", ArmId.Parse(Group)));
    }

    [Fact]
    public void Two_assignments_do_not_lend_each_other_their_scopes()
    {
        var principal = With((Roles.Owner, Vault), (Roles.BackupReader, Subscription));
        Assert.False(AccessDecision.IsAllowed(principal, "Microsoft.Compute/virtualMachines/write", ArmId.Parse(Vm)));
        Assert.True(AccessDecision.IsAllowed(principal, "Microsoft.Compute/virtualMachines/read", ArmId.Parse(Vm)));
        Assert.True(AccessDecision.IsAllowed(principal, Vaults + "delete", ArmId.Parse(Vault)));
    }

    [Fact]
    public void Without_an_assignment_nothing_is_allowed()
    {
        Assert.False(AccessDecision.IsAllowed(With(), Vaults + "read", ArmId.Parse(Vault)));
        Assert.False(AccessDecision.ReachesInto(With(), Vaults + "read", ArmId.Parse(Subscription)));
    }

    [Fact]
    public void A_list_above_the_assigned_vault_is_reached_into_and_one_beside_it_is_not()
    {
        var principal = With((Roles.BackupReader, Vault));
        Assert.True(AccessDecision.ReachesInto(principal, Vaults + "read", ArmId.Parse(Subscription)));
        Assert.True(AccessDecision.ReachesInto(principal, Vaults + "backupJobs/read", ArmId.Parse(Vault + "/backupJobs/j")));
        Assert.False(AccessDecision.ReachesInto(principal, Vaults + "write", ArmId.Parse(Subscription)));
        Assert.False(AccessDecision.ReachesInto(principal, Vaults + "read", ArmId.Parse(Subscription + "/resourceGroups/rg2")));
    }

    [Fact]
    public void Roles_are_found_by_short_name_name_and_id()
    {
        foreach (var role in Roles.All)
        {
            foreach (var text in (string[])[role.ShortName, role.Name, role.Id.ToString(), role.Name.ToUpperInvariant()])
            {
                Assert.True(Roles.TryFind(text, out var found));
                Assert.Same(role, found);
            }
        }

        Assert.False(Roles.TryFind("Virtual Machine Contributor", out _));
        Assert.False(Roles.TryFind(null, out _));
    }

    private static Principal With(params (Role Role, string Scope)[] assignments) =>
        new(Guid.NewGuid(), "someone", [.. assignments.Select(a => new RoleAssignment(a.Role, ArmId.Parse(a.Scope)))]);
}
