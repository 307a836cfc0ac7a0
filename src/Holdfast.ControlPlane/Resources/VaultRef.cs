namespace Holdfast.ControlPlane.Resources;

/// <summary>Names a Recovery Services vault as paths do. Compared without regard to case.</summary>
/// <param name="SubscriptionId">The subscription's id.</param>
/// <param name="ResourceGroup">The resource group's name.</param>
/// <param name="Name">The vault's name.</param>
public sealed record VaultRef(string SubscriptionId, string ResourceGroup, string Name)
{
    /// <summary>The vault's resource id.</summary>
    public ArmId Id => ArmId.Parse($"/subscriptions/{SubscriptionId}/resourceGroups/{ResourceGroup}/providers/Microsoft.RecoveryServices/vaults/{Name}");

    /// <summary>The vault that an id names or lies in, or null.</summary>
    public static VaultRef? Of(ArmId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id is { SubscriptionId: { } subscription, ResourceGroup: { } group } && id["vaults"] is { } name
            && string.Equals(id.Provider, "Microsoft.RecoveryServices", StringComparison.OrdinalIgnoreCase)
            ? new VaultRef(subscription, group, name) : null;
    }

    /// <inheritdoc/>
    public bool Equals(VaultRef? other) => other is not null && Id.Equals(other.Id);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();
}
