using System.ComponentModel.DataAnnotations;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A subscription: the outermost scope of resources.</summary>
public sealed class SubscriptionRow
{
    /// <summary>Its id, a GUID in lower case.</summary>
    [Key]
    public required string SubscriptionId { get; set; }

    /// <summary>Its name.</summary>
    public required string DisplayName { get; set; }
}
