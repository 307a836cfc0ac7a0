using System.ComponentModel.DataAnnotations;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>A Recovery Services vault: one store with a key of its own.</summary>
[Index(nameof(SubscriptionId), nameof(ResourceGroupKey), nameof(NameKey), IsUnique = true)]
public sealed class VaultRow : IVersionedRow
{
    /// <summary>Its id: names its store's folder and its key.</summary>
    [Key]
    public required Guid VaultId { get; set; }

    /// <summary>The subscription's id, in lower case.</summary>
    public required string SubscriptionId { get; set; }

    /// <summary>The resource group.</summary>
    public required string ResourceGroup { get; set; }

    /// <summary>The resource group in lower case.</summary>
    public required string ResourceGroupKey { get; set; }

    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>Its name in lower case.</summary>
    public required string NameKey { get; set; }

    /// <summary>Its location.</summary>
    public required string Location { get; set; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; set; } = new Dictionary<string, string>();

    /// <summary>The language of texts for whoever asks for none.</summary>
    public FaultLanguage? Language => new VaultSettings { Tags = Tags }.Language is { } tag ? FaultLanguages.Best(tag) : null;

    /// <summary>The folder of its store.</summary>
    public required string StorePath { get; set; }

    /// <summary>Whether soft delete is on.</summary>
    public SoftDeleteState SoftDelete { get; set; } = SoftDeleteState.Enabled;

    /// <summary>For how many days deleted items are kept.</summary>
    public int SoftDeleteDays { get; set; } = VaultSettings.SoftDeleteDaysDefault;

    /// <summary>The redundancy that clients asked for. Kept and returned; a store has the redundancy of its disks.</summary>
    public string StorageRedundancy { get; set; } = "LocallyRedundant";

    /// <summary>Kept and returned; there is one region.</summary>
    public bool CrossRegionRestore { get; set; }

    /// <summary>Immutability: Disabled, Unlocked or Locked. The store enforces it for as many days as soft delete has.</summary>
    public string Immutability { get; set; } = "Disabled";

    /// <summary>Whether clients were allowed in from public networks. Kept and returned.</summary>
    public string PublicNetworkAccess { get; set; } = "Enabled";

    /// <summary>Which alerts the vault's owners want.</summary>
    public VaultAlertSettings Alerts { get; set; } = new();

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedUtc { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <summary>How paths name it.</summary>
    public VaultRef Ref => new(SubscriptionId, ResourceGroup, Name);
}
