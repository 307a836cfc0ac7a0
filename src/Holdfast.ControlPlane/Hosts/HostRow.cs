using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>A registered libvirt connection. Its VMs, networks and pools are resources of its group and location.</summary>
[Index(nameof(NameKey), IsUnique = true)]
public sealed class HostRow
{
    /// <summary>Its id.</summary>
    [Key]
    public required Guid HostId { get; set; }

    /// <summary>Its name in lower case.</summary>
    public required string NameKey { get; set; }

    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>libvirt's URI, from the point of view of the nodes that reach it.</summary>
    public required string Uri { get; set; }

    /// <summary>The subscription of its resources.</summary>
    public required string SubscriptionId { get; set; }

    /// <summary>The resource group of its resources.</summary>
    public required string ResourceGroup { get; set; }

    /// <summary>The location of its resources.</summary>
    public required string Location { get; set; }

    /// <summary>How many jobs run at once on it.</summary>
    public int JobsMax { get; set; }

    /// <summary>The nodes that reach it; none stands for every node.</summary>
    public IReadOnlyList<string> Nodes { get; set; } = [];

    /// <summary>Whether a node is meant to reach it.</summary>
    public bool IsReachedBy(string node) => Nodes.Count == 0 || Nodes.Contains(node);

    /// <summary>When it was registered.</summary>
    public DateTimeOffset CreatedUtc { get; set; }
}
