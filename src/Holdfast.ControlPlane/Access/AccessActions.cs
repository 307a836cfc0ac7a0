namespace Holdfast.ControlPlane.Access;

/// <summary>
/// Actions that Azure has no name of its own for, or decides inside its service: what a request does beyond what its route says.
/// A route whose body asks for one of these needs it besides the route's own action.
/// </summary>
public static class AccessActions
{
    private const string ProtectedItems = "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/";

    /// <summary>A PUT of a protected item that stops or suspends its protection (protectionState ProtectionStopped or BackupsSuspended).</summary>
    public const string StopProtection = ProtectedItems + "stopProtection/action";

    /// <summary>A PUT that gives a protected item another policy: a shorter retention lets points expire.</summary>
    public const string ChangePolicy = ProtectedItems + "changePolicy/action";

    /// <summary>Deleting a protected item with its data.</summary>
    public const string DeleteProtectedItem = ProtectedItems + "delete";

    /// <summary>Binding a protected item to a VM of another UUID.</summary>
    public const string RebindProtectedItem = ProtectedItems + "rebind/action";

    /// <summary>Examining a VM, its host and what is needed for its backups; asked of the VM. Whoever may read VMs may do it.</summary>
    public const string Examine = "Microsoft.Compute/virtualMachines/examination/read";

    /// <summary>Reading the state of a VM's agent. Whoever may read VMs may do it.</summary>
    public const string ReadAgent = "Microsoft.Compute/virtualMachines/agent/read";

    /// <summary>Remedies on a VM that its guest doesn't notice, and giving it the agent's channel.</summary>
    public const string Remedy = "Microsoft.Compute/virtualMachines/remedies/action";

    /// <summary>Remedies that restart something in a VM's guest.</summary>
    public const string Disrupt = "Microsoft.Compute/virtualMachines/disrupt/action";

    /// <summary>Updating the agent in a VM's guest from its distribution's repository.</summary>
    public const string UpdateAgent = "Microsoft.Compute/virtualMachines/updateAgent/action";

    /// <summary>Reading the node's metrics, which name VMs; asked of the subscription.</summary>
    public const string ReadMetrics = "Holdfast.Operations/metrics/read";

    /// <summary>Reading the audit log; asked of the subscription.</summary>
    public const string ReadAudit = "Holdfast.Operations/auditLog/read";

    /// <summary>Registering and removing hosts; asked of the subscription.</summary>
    public const string WriteHosts = "Holdfast.Compute/hosts/write";

    /// <summary>Making, changing and revoking credentials; asked of the scope they get.</summary>
    public const string WriteCredentials = "Microsoft.Authorization/roleAssignments/write";
}
