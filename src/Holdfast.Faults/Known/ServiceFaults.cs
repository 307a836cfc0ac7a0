namespace Holdfast.Faults;

/// <summary>
/// Faults of the service: resources, items, jobs, nodes. One factory per entry of <c>Catalogue/service.json</c>.
/// </summary>
public static class ServiceFaults
{
    /// <summary>The resource '{resource}' was not found.</summary>
    public static Fault ResourceNotFound(string resource) => Fault.Of("ResourceNotFound").With("resource", resource);

    /// <summary>The resource group '{group}' was not found.</summary>
    public static Fault ResourceGroupNotFound(string group) => Fault.Of("ResourceGroupNotFound").With("group", group);

    /// <summary>The subscription '{subscription}' was not found.</summary>
    public static Fault SubscriptionNotFound(string subscription) => Fault.Of("SubscriptionNotFound").With("subscription", subscription);

    /// <summary>There is no location '{location}'. There are: {locations}.</summary>
    public static Fault LocationUnknown(string location, IEnumerable<string> locations) =>
        Fault.Of("LocationNotAvailableForResourceType").With("location", location).With("locations", locations);

    /// <summary>The vault '{vault}' can't be deleted, since there are existing resources within the vault: {items}.</summary>
    /// <remarks>azure-cli knows by the words "existing resources within the vault" that <c>vault delete --force</c> has to delete them first.</remarks>
    public static Fault VaultNotEmpty(string vault, IEnumerable<string> items) =>
        Fault.Of("ServiceResourceNotEmptyWithContainerDetails").With("vault", vault).With("items", items);

    /// <summary>The policy '{policy}' can't be deleted: {count} items use it.</summary>
    public static Fault PolicyInUse(string policy, long count) =>
        Fault.Of("HoldfastPolicyInUse").With("policy", policy).With("count", count);

    /// <summary>There is no policy '{policy}' in the vault '{vault}'.</summary>
    public static Fault PolicyNotFound(string policy, string vault) =>
        Fault.Of("HoldfastPolicyNotFound").With("policy", policy).With("vault", vault);

    /// <summary>There is no protected item '{item}' in the vault '{vault}'.</summary>
    public static Fault ItemNotFound(string item, string vault) =>
        Fault.Of("HoldfastProtectedItemNotFound").With("item", item).With("vault", vault);

    /// <summary>The VM '{vm}' is already protected by the vault '{vault}'.</summary>
    public static Fault VirtualMachineAlreadyProtected(string vm, string vault) =>
        Fault.Of("VirtualMachineAlreadyProtected").With("vm", vm).With("vault", vault);

    /// <summary>'{operation}' isn't possible for the item '{vm}': its state is {state}.</summary>
    public static Fault ItemStateUnsuitable(string vm, string state, string operation) =>
        Fault.Of("HoldfastItemStateUnsuitable").With("vm", vm).With("state", state).With("operation", operation);

    /// <summary>The item '{vm}' is soft-deleted; its data is kept until {purgeUtc}.</summary>
    public static Fault ItemSoftDeleted(string vm, string purgeUtc) =>
        Fault.Of("HoldfastItemSoftDeleted").With("vm", vm).With("purgeUtc", purgeUtc);

    /// <summary>Soft delete of the vault '{vault}' is always on, and can't be turned off or shortened.</summary>
    public static Fault SoftDeleteAlwaysOn(string vault) => Fault.Of("HoldfastSoftDeleteAlwaysOn").With("vault", vault);

    /// <summary>There is no job '{job}' in the vault '{vault}'.</summary>
    public static Fault JobNotFound(string job, string vault) => Fault.Of("HoldfastJobNotFound").With("job", job).With("vault", vault);

    /// <summary>Cancellation is not supported for this job type ({operation}). Wait until the job completes.</summary>
    public static Fault JobTypeNotCancellable(string operation) => Fault.Of("HoldfastJobTypeNotCancellable").With("operation", operation);

    /// <summary>The job isn't in a cancellable state ({operation}): it is about to finish. Wait until it completes.</summary>
    public static Fault JobPastNoReturn(string operation) => Fault.Of("HoldfastJobPastNoReturn").With("operation", operation);

    /// <summary>The job can't be cancelled because it isn't in progress: its status is {status}. Only jobs in progress can be.</summary>
    public static Fault JobNotInProgress(string status) => Fault.Of("HoldfastJobNotInProgress").With("status", status);

    /// <summary>The job could not be cancelled. Wait until it ends.</summary>
    public static Fault JobCancelFailed() => Fault.Of("HoldfastJobCancelFailed");

    /// <summary>No node reaches the host '{host}'.</summary>
    public static Fault HostNotReached(string host) => Fault.Of("HoldfastHostNotReached").With("host", host);

    /// <summary>The node '{node}' stopped while it worked on this job.</summary>
    public static Fault NodeLost(string node) => Fault.Of("HoldfastNodeLost").With("node", node);

    /// <summary>The VM '{vm}' is in the location {vmLocation}, the vault in {vaultLocation}.</summary>
    public static Fault VmLocationMismatch(string vm, string vmLocation, string vaultLocation) =>
        Fault.Of("UserErrorVmVaultLocationMismatch").With("vm", vm).With("vmLocation", vmLocation).With("vaultLocation", vaultLocation);

    /// <summary>The VM '{vm}' runs on several hosts at once: {hosts}.</summary>
    public static Fault VmOnTwoHosts(string vm, IEnumerable<string> hosts) =>
        Fault.Of("HoldfastVmOnTwoHosts").With("vm", vm).With("hosts", hosts);

    /// <summary>The VM '{vm}' was replaced by another one of the same name (UUID {uuid}).</summary>
    public static Fault RebindProposed(string vm, string uuid) => Fault.Of("HoldfastRebindProposed").With("vm", vm).With("uuid", uuid);

    /// <summary>'{resource}' was changed by somebody else at the same time; nothing was changed by this request.</summary>
    public static Fault ChangedMeanwhile(string resource) => Fault.Of("HoldfastChangedMeanwhile").With("resource", resource);

    /// <summary>The key of the vault '{vault}' can't be read from {path}: {reason}</summary>
    public static Fault VaultKeyUnavailable(string vault, string path, string reason) =>
        Fault.Of("HoldfastVaultKeyUnavailable").With("vault", vault).With("path", path).With("reason", reason);

    /// <summary>This backup was due at {dueUtc} and ran late.</summary>
    public static Fault ScheduleMissed(string dueUtc) => Fault.Of("HoldfastScheduleMissed").With("dueUtc", dueUtc);

    /// <summary>The work on '{vm}' was taken over by another node; what this node had begun was given up.</summary>
    public static Fault LeaseLost(string vm) => Fault.Of("HoldfastLeaseLost").With("vm", vm);

    /// <summary>The host '{host}' can't be removed: these protected items are on it: {items}.</summary>
    public static Fault HostInUse(string host, IEnumerable<string> items) =>
        Fault.Of("HoldfastHostInUse").With("host", host).With("items", items);

    /// <summary>There is a host '{host}' already.</summary>
    public static Fault HostNameTaken(string host) => Fault.Of("HoldfastHostNameTaken").With("host", host);

    /// <summary>The storage pool '{pool}' is in the location {poolLocation}, the vault in {vaultLocation}.</summary>
    public static Fault TargetLocationMismatch(string pool, string poolLocation, string vaultLocation) =>
        Fault.Of("HoldfastTargetLocationMismatch").With("pool", pool).With("poolLocation", poolLocation).With("vaultLocation", vaultLocation);

    /// <summary>The node '{node}' stopped while it restored '{vm}', but the restore is complete.</summary>
    public static Fault RestoreFinishedForNode(string node, string vm) =>
        Fault.Of("HoldfastRestoreFinishedForNode").With("node", node).With("vm", vm);

    /// <summary>The vault's store knows of later changes to the item '{vm}' than the database; nothing of it was deleted.</summary>
    public static Fault ItemNewerInStore(string vm) => Fault.Of("HoldfastItemNewerInStore").With("vm", vm);

    /// <summary>The data of '{vm}' was found in the vault, but its VM isn't known here.</summary>
    public static Fault ItemUnmanaged(string vm) => Fault.Of("HoldfastItemUnmanaged").With("vm", vm);
}
