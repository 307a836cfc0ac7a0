namespace Holdfast.Faults;

/// <summary>Faults of a vault: its objects, keys and recovery points. One factory per entry of <c>Catalogue/vault.json</c>.</summary>
public static class VaultFaults
{
    /// <summary>Vault not found.</summary>
    public static Fault VaultNotFound(string path) => Fault.Of("HoldfastVaultNotFound").With("path", path);

    /// <summary>Not aVault.</summary>
    public static Fault NotAVault(string path) => Fault.Of("HoldfastNotAVault").With("path", path);

    /// <summary>Vault already exists.</summary>
    public static Fault VaultAlreadyExists(string path) => Fault.Of("HoldfastVaultAlreadyExists").With("path", path);

    /// <summary>Vault wrong key.</summary>
    public static Fault VaultWrongKey(string path) => Fault.Of("HoldfastVaultWrongKey").With("path", path);

    /// <summary>Vault object damaged.</summary>
    public static Fault VaultObjectDamaged(string name, string reason) =>
        Fault.Of("HoldfastVaultObjectDamaged").With("name", name).With("reason", reason);

    /// <summary>Vault full.</summary>
    public static Fault VaultFull(string path) => Fault.Of("HoldfastVaultFull").With("path", path);

    /// <summary>Vault not writable.</summary>
    public static Fault VaultNotWritable(string path, string reason) =>
        Fault.Of("HoldfastVaultNotWritable").With("path", path).With("reason", reason);

    /// <summary>Vault format unsupported.</summary>
    public static Fault VaultFormatUnsupported(string path, string feature) =>
        Fault.Of("HoldfastVaultFormatUnsupported").With("path", path).With("feature", feature);

    /// <summary>Vault session revoked.</summary>
    public static Fault VaultSessionRevoked(string session) => Fault.Of("HoldfastVaultSessionRevoked").With("session", session);

    /// <summary>Vault io failed.</summary>
    public static Fault VaultIoFailed(string path, string reason) =>
        Fault.Of("HoldfastVaultIoFailed").With("path", path).With("reason", reason);

    /// <summary>Vault pack damaged.</summary>
    public static Fault VaultPackDamaged(string pack, string reason) =>
        Fault.Of("HoldfastVaultPackDamaged").With("pack", pack).With("reason", reason);

    /// <summary>Vault folder not empty.</summary>
    public static Fault VaultFolderNotEmpty(string path) => Fault.Of("HoldfastVaultFolderNotEmpty").With("path", path);

    /// <summary>Vault busy.</summary>
    public static Fault VaultBusy(string path, string reason) => Fault.Of("HoldfastVaultBusy").With("path", path).With("reason", reason);

    /// <summary>Point not found.</summary>
    public static Fault PointNotFound(string vm, string point) => Fault.Of("HoldfastPointNotFound").With("vm", vm).With("point", point);

    /// <summary>Point ambiguous.</summary>
    public static Fault PointAmbiguous(string point, IEnumerable<string> candidates) =>
        Fault.Of("HoldfastPointAmbiguous").With("point", point).With("candidates", candidates);

    /// <summary>No points.</summary>
    public static Fault NoPoints(string vm) => Fault.Of("HoldfastNoPoints").With("vm", vm);

    /// <summary>Point protected.</summary>
    public static Fault PointProtected(string point, string reason) =>
        Fault.Of("HoldfastPointProtected").With("point", point).With("reason", reason);

    /// <summary>Last good point.</summary>
    public static Fault LastGoodPoint(string vm, string point) => Fault.Of("HoldfastLastGoodPoint").With("vm", vm).With("point", point);

    /// <summary>Point damaged.</summary>
    public static Fault PointDamaged(string point, string reason) =>
        Fault.Of("HoldfastPointDamaged").With("point", point).With("reason", reason);

    /// <summary>Source ambiguous.</summary>
    public static Fault SourceAmbiguous(string vm, IEnumerable<string> candidates) =>
        Fault.Of("HoldfastSourceAmbiguous").With("vm", vm).With("candidates", candidates);

    /// <summary>Key slot not found.</summary>
    public static Fault KeySlotNotFound(string slot) => Fault.Of("HoldfastKeySlotNotFound").With("slot", slot);

    /// <summary>Last key slot.</summary>
    public static Fault LastKeySlot(string slot) => Fault.Of("HoldfastLastKeySlot").With("slot", slot);

    /// <summary>Damage found.</summary>
    public static Fault DamageFound(long packs, IEnumerable<string> points) =>
        Fault.Of("HoldfastDamageFound").With("packs", packs).With("points", points);
}
