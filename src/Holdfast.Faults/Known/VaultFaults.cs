namespace Holdfast.Faults;

/// <summary>
/// Faults of a vault: its objects, keys and recovery points.
/// One factory per entry of <c>Catalogue/vault.json</c>.
/// </summary>
public static class VaultFaults
{
    /// <summary>There is no vault at {path}.</summary>
    public static Fault VaultNotFound(string path) => Fault.Of("HoldfastVaultNotFound").With("path", path);

    /// <summary>The folder {path} isn't a vault.</summary>
    public static Fault NotAVault(string path) => Fault.Of("HoldfastNotAVault").With("path", path);

    /// <summary>There is a vault at {path} already; nothing was changed.</summary>
    public static Fault VaultAlreadyExists(string path) => Fault.Of("HoldfastVaultAlreadyExists").With("path", path);

    /// <summary>The vault at {path} can't be opened with this passphrase or recovery key.</summary>
    public static Fault VaultWrongKey(string path) => Fault.Of("HoldfastVaultWrongKey").With("path", path);

    /// <summary>The vault's object {name} is damaged: {reason}</summary>
    public static Fault VaultObjectDamaged(string name, string reason) =>
        Fault.Of("HoldfastVaultObjectDamaged").With("name", name).With("reason", reason);

    /// <summary>The vault at {path} is full.</summary>
    public static Fault VaultFull(string path) => Fault.Of("HoldfastVaultFull").With("path", path);

    /// <summary>The vault {vault} holds {heldBytes}; this node allows it {limitBytes}.</summary>
    public static Fault VaultQuotaReached(string vault, long heldBytes, long limitBytes) =>
        Fault.Of("HoldfastVaultQuotaReached").With("vault", vault).With("heldBytes", heldBytes).With("limitBytes", limitBytes);

    /// <summary>The vault at {path} can't be written to: {reason}</summary>
    public static Fault VaultNotWritable(string path, string reason) =>
        Fault.Of("HoldfastVaultNotWritable").With("path", path).With("reason", reason);

    /// <summary>The vault at {path} needs a newer version of holdfast: {feature}</summary>
    public static Fault VaultFormatUnsupported(string path, string feature) =>
        Fault.Of("HoldfastVaultFormatUnsupported").With("path", path).With("feature", feature);

    /// <summary>The session {session} in the vault was revoked; nothing was committed.</summary>
    public static Fault VaultSessionRevoked(string session) => Fault.Of("HoldfastVaultSessionRevoked").With("session", session);

    /// <summary>Reading or writing the vault at {path} failed: {reason}</summary>
    public static Fault VaultIoFailed(string path, string reason) =>
        Fault.Of("HoldfastVaultIoFailed").With("path", path).With("reason", reason);

    /// <summary>The store at {path} isn't fit for a vault: {reason}</summary>
    public static Fault VaultStoreUnfit(string path, string reason) => Fault.Of("HoldfastVaultStoreUnfit").With("path", path).With("reason", reason);

    /// <summary>The store at {path} can't be reached, or is too busy: {reason}</summary>
    public static Fault VaultStoreUnavailable(string path, string reason) =>
        Fault.Of("HoldfastVaultStoreUnavailable").With("path", path).With("reason", reason);

    /// <summary>The store at {path} doesn't accept the credentials: {reason}</summary>
    public static Fault VaultStoreNotAuthenticated(string path, string reason) =>
        Fault.Of("HoldfastVaultStoreNotAuthenticated").With("path", path).With("reason", reason);

    /// <summary>There is no bucket or container for the vault at {path}: {reason}</summary>
    public static Fault VaultStoreMissing(string path, string reason) => Fault.Of("HoldfastVaultStoreMissing").With("path", path).With("reason", reason);

    /// <summary>This isn't a place for a vault: {reason}</summary>
    public static Fault VaultPlaceInvalid(string reason) => Fault.Of("HoldfastVaultPlaceInvalid").With("reason", reason);

    /// <summary>The store at {path} keeps an object that was to be deleted: {reason}</summary>
    public static Fault VaultObjectRetained(string path, string reason) => Fault.Of("HoldfastVaultObjectRetained").With("path", path).With("reason", reason);

    /// <summary>The vault's pack {pack} is damaged or missing: {reason}</summary>
    public static Fault VaultPackDamaged(string pack, string reason) =>
        Fault.Of("HoldfastVaultPackDamaged").With("pack", pack).With("reason", reason);

    /// <summary>The folder {path} isn't empty; no vault was made in it.</summary>
    public static Fault VaultFolderNotEmpty(string path) => Fault.Of("HoldfastVaultFolderNotEmpty").With("path", path);

    /// <summary>The vault at {path} is busy: {reason}</summary>
    public static Fault VaultBusy(string path, string reason) => Fault.Of("HoldfastVaultBusy").With("path", path).With("reason", reason);

    /// <summary>"{vm}" has no recovery point {point} in this vault.</summary>
    public static Fault PointNotFound(string vm, string point) => Fault.Of("HoldfastPointNotFound").With("vm", vm).With("point", point);

    /// <summary>"{point}" fits more than one recovery point: {candidates}</summary>
    public static Fault PointAmbiguous(string point, IEnumerable<string> candidates) =>
        Fault.Of("HoldfastPointAmbiguous").With("point", point).With("candidates", candidates);

    /// <summary>"{vm}" has no recovery point in this vault.</summary>
    public static Fault NoPoints(string vm) => Fault.Of("HoldfastNoPoints").With("vm", vm);

    /// <summary>The recovery point {point} is protected and wasn't deleted: {reason}</summary>
    public static Fault PointProtected(string point, string reason) =>
        Fault.Of("HoldfastPointProtected").With("point", point).With("reason", reason);

    /// <summary>The vault is immutable: the recovery point {point} stays until {until}.</summary>
    public static Fault PointLocked(string point, string until) => Fault.Of("HoldfastPointLocked").With("point", point).With("until", until);

    /// <summary>The immutability of the vault at {path} is locked and wasn't changed: {reason}</summary>
    public static Fault VaultLockedForGood(string path, string reason) =>
        Fault.Of("HoldfastVaultLockedForGood").With("path", path).With("reason", reason);

    /// <summary>The point {point} is the last good recovery point of "{vm}" and wasn't deleted.</summary>
    public static Fault LastGoodPoint(string vm, string point) => Fault.Of("HoldfastLastGoodPoint").With("vm", vm).With("point", point);

    /// <summary>The recovery point {point} can't be read whole: {reason}</summary>
    public static Fault PointDamaged(string point, string reason) =>
        Fault.Of("HoldfastPointDamaged").With("point", point).With("reason", reason);

    /// <summary>Several VMs in the vault were named "{vm}": {candidates}</summary>
    public static Fault SourceAmbiguous(string vm, IEnumerable<string> candidates) =>
        Fault.Of("HoldfastSourceAmbiguous").With("vm", vm).With("candidates", candidates);

    /// <summary>The vault has no key slot {slot}.</summary>
    public static Fault KeySlotNotFound(string slot) => Fault.Of("HoldfastKeySlotNotFound").With("slot", slot);

    /// <summary>The key slot {slot} is the last one and wasn't removed.</summary>
    public static Fault LastKeySlot(string slot) => Fault.Of("HoldfastLastKeySlot").With("slot", slot);

    /// <summary>Damage was found in the vault: {packs} packs; recovery points concerned: {points}</summary>
    public static Fault DamageFound(long packs, IEnumerable<string> points) =>
        Fault.Of("HoldfastDamageFound").With("packs", packs).With("points", points);

    /// <summary>The vault has {packs} damaged packs, but every recovery point that was checked can be restored whole.</summary>
    public static Fault DamageWithoutLoss(long packs) => Fault.Of("HoldfastDamageWithoutLoss").With("packs", packs);
}
