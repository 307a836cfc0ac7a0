using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A resource group.</summary>
[PrimaryKey(nameof(SubscriptionId), nameof(NameKey))]
public sealed class ResourceGroupRow
{
    /// <summary>The subscription that it is in.</summary>
    public required string SubscriptionId { get; set; }

    /// <summary>Its name in lower case.</summary>
    public required string NameKey { get; set; }

    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>Its location.</summary>
    public required string Location { get; set; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; set; } = new Dictionary<string, string>();
}
