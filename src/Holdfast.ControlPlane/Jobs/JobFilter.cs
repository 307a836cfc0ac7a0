namespace Holdfast.ControlPlane.Jobs;

/// <summary>Which of a vault's jobs are listed; null doesn't restrict.</summary>
public sealed record JobFilter
{
    /// <summary>The kind of job.</summary>
    public JobOperation? Operation { get; init; }

    /// <summary>The status.</summary>
    public JobStatus? Status { get; init; }

    /// <summary>Started at this instant or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Started at this instant or earlier.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>One job.</summary>
    public Guid? JobId { get; init; }

    /// <summary>Jobs of one item.</summary>
    public Guid? ItemId { get; init; }

    /// <summary>How many are passed over, for pages.</summary>
    public int Skip { get; init; }

    /// <summary>How many are listed at most.</summary>
    public int Take { get; init; } = 200;
}
