using System.ComponentModel.DataAnnotations;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>
/// The right of one node to work on something. Whoever takes it raises the fence; a change made under an older fence is refused. The row
/// stays when it is free, so that the fence never falls.
/// </summary>
public sealed class LeaseRow
{
    /// <summary>What it is for: <c>item/GUID</c>, <c>job/GUID</c>, or the name of a maintenance task.</summary>
    [Key]
    public required string Name { get; set; }

    /// <summary>The holder, or null where it is free.</summary>
    public string? Node { get; set; }

    /// <summary>Rises by one each time it is taken.</summary>
    public long Fence { get; set; }

    /// <summary>Until when it holds without being renewed.</summary>
    public DateTimeOffset ExpiresUtc { get; set; }

    /// <summary>The job that it was taken for, or null.</summary>
    public Guid? JobId { get; set; }

    /// <summary>What the holder has begun outside the database (a vault session, a libvirt job, a freeze), as JSON: whoever takes over cleans it up.</summary>
    public string? Effects { get; set; }
}
