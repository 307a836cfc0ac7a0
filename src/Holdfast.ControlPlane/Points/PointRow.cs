using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Points;

/// <summary>The number that a recovery point goes by in the API, and the tags that retention gave it. The point itself is in the vault.</summary>
[PrimaryKey(nameof(VaultId), nameof(PointId))]
[Index(nameof(VaultId), nameof(Name), IsUnique = true)]
[Index(nameof(ItemId), nameof(CreatedUtc))]
public sealed class PointRow
{
    /// <summary>The vault.</summary>
    public required Guid VaultId { get; set; }

    /// <summary>The point's id in the store.</summary>
    public required Guid PointId { get; set; }

    /// <summary>Its source in the store: the VM's UUID when it was made.</summary>
    public required Guid SourceId { get; set; }

    /// <summary>The item that it belongs to.</summary>
    public required Guid ItemId { get; set; }

    /// <summary>Its name in the API: a decimal number.</summary>
    public required string Name { get; set; }

    /// <summary>The instant of its snapshot.</summary>
    public required DateTimeOffset CreatedUtc { get; set; }

    /// <summary>When it expires by the present policy; null where nothing expires.</summary>
    public DateTimeOffset? ExpiresUtc { get; set; }

    /// <summary>Why retention keeps it: daily, weekly, monthly, yearly.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];
}
