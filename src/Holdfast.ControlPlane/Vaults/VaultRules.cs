using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>Which names and settings a vault may have, and which changes are refused. Pure.</summary>
internal static class VaultRules
{
    private const int NameLengthMin = 2;
    private const int NameLengthMax = 50;
    /// <summary>Points may be deleted at any time.</summary>
    public const string ImmutabilityDisabled = Disabled;

    /// <summary>Points stay until their time is over, for good.</summary>
    public const string ImmutabilityLocked = "Locked";

    private const string Disabled = "Disabled";
    private static readonly string[] Redundancies = ["LocallyRedundant", "ZoneRedundant", "GeoRedundant"];
    private static readonly string[] Immutabilities = [Disabled, "Unlocked", ImmutabilityLocked];
    private static readonly string[] Accesses = ["Enabled", Disabled];

    /// <summary>Azure's rule for vaults' names: a letter first, then letters, digits and hyphens, 2 to 50 in all.</summary>
    public static void CheckName(string name)
    {
        if (name.Length is < NameLengthMin or > NameLengthMax || !char.IsAsciiLetter(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            throw Invalid("name", "a vault's name begins with a letter and has 2 to 50 letters, digits and hyphens");
    }

    /// <summary>Checks all, then changes all: a request that is refused changes nothing.</summary>
    public static void Apply(VaultRow vault, VaultSettings settings)
    {
        var redundancy = OneOf("storageRedundancy", settings.StorageRedundancy, Redundancies);
        var immutability = OneOf("immutabilitySettings.state", settings.Immutability, Immutabilities);
        var access = OneOf("publicNetworkAccess", settings.PublicNetworkAccess, Accesses);
        if (settings.SoftDeleteDays is < VaultSettings.SoftDeleteDaysDefault or > VaultSettings.SoftDeleteDaysMax)
            throw Invalid("softDeleteRetentionPeriodInDays", $"{VaultSettings.SoftDeleteDaysDefault} to {VaultSettings.SoftDeleteDaysMax} days are possible");
        if (vault.SoftDelete is SoftDeleteState.AlwaysON
            && (settings.SoftDelete is SoftDeleteState.Enabled or SoftDeleteState.Disabled || settings.SoftDeleteDays < vault.SoftDeleteDays))
            throw new FaultException(ServiceFaults.SoftDeleteAlwaysOn(vault.Name));
        if (vault.Immutability == ImmutabilityLocked && immutability is not (null or ImmutabilityLocked))
            throw new FaultException(VaultFaults.VaultLockedForGood(vault.Name, "its state is Locked"));

        vault.Tags = settings.Tags ?? vault.Tags;
        vault.SoftDelete = settings.SoftDelete ?? vault.SoftDelete;
        vault.SoftDeleteDays = settings.SoftDeleteDays ?? vault.SoftDeleteDays;
        vault.StorageRedundancy = redundancy ?? vault.StorageRedundancy;
        vault.CrossRegionRestore = settings.CrossRegionRestore ?? vault.CrossRegionRestore;
        vault.Immutability = immutability ?? vault.Immutability;
        vault.PublicNetworkAccess = access ?? vault.PublicNetworkAccess;
        vault.Alerts = settings.Alerts ?? vault.Alerts;
    }

    /// <summary>
    /// Whether a request, once it is applied, is about what the store keeps. One that isn't leaves the store's lock alone: it may have been set without the node.
    /// </summary>
    public static bool ChangesLock(VaultRow vault, VaultSettings settings) =>
        settings.Immutability is not null || (settings.SoftDeleteDays is not null && vault.Immutability != Disabled);

    /// <summary>
    /// What the store is to keep. Azure's API has no number of days: they are those of soft delete. A locked store's days only grow.
    /// </summary>
    public static VaultImmutability WantedOf(VaultRow vault, VaultImmutability now) => vault.Immutability == Disabled ? VaultImmutability.None
        : vault.Immutability == ImmutabilityLocked ? new(ImmutabilityState.Locked, Math.Max(vault.SoftDeleteDays, now.State is ImmutabilityState.Locked ? now.Days : 0))
        : new(ImmutabilityState.Unlocked, vault.SoftDeleteDays);

    private static string? OneOf(string field, string? value, string[] known) => value is null ? null
        : Array.Find(known, k => k.Equals(value, StringComparison.OrdinalIgnoreCase)) ?? throw Invalid(field, $"it is one of {string.Join(", ", known)}");

    private static FaultException Invalid(string field, string reason) => new(InputFaults.InvalidArgument(field, reason));
}
