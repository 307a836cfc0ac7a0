namespace Holdfast.Protection.Backup;

/// <summary>
/// Where the time of a run went. The parts add up to the time that it worked with data and guest: what the data's way waited for is shared out among
/// the stages that it waited for.
/// </summary>
/// <param name="Freezing">Scripts, freeze, begin and thaw.</param>
/// <param name="Reading">Waiting for the source: disks of a backup, the vault of a restore; a rate limit is part of it.</param>
/// <param name="Hashing">Names of chunks, and whether the vault has them.</param>
/// <param name="Compressing">Compression.</param>
/// <param name="Writing">Waiting for the target: the vault of a backup, images of a restore.</param>
/// <param name="Throttled">The part of <paramref name="Reading"/> that a rate limit made.</param>
public sealed record PhaseTimes(TimeSpan Freezing, TimeSpan Reading, TimeSpan Hashing, TimeSpan Compressing, TimeSpan Writing, TimeSpan Throttled)
{
    // A limit that was set but never bit isn't what made a run long.
    private const double ThrottledShare = 0.1;

    /// <summary>Nothing yet.</summary>
    public static PhaseTimes None { get; } = new(default, default, default, default, default, default);

    /// <summary>With what it took to publish the point, which is writing, too.</summary>
    public PhaseTimes WithSeal(TimeSpan seal) => this with { Writing = Writing + seal };

    /// <summary>All of it.</summary>
    public TimeSpan Sum => Freezing + Reading + Hashing + Compressing + Writing;

    /// <summary>Whether a rate limit made a part of it that counts.</summary>
    public bool IsThrottled => Throttled > TimeSpan.Zero && Throttled >= Sum * ThrottledShare;

    /// <summary>The parts by the names that faults use.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ByName() => new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["freezing"] = Freezing, ["reading"] = Reading, ["hashing"] = Hashing, ["compressing"] = Compressing, ["writing"] = Writing,
    };
}
