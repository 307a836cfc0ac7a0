namespace Holdfast.Vault;

/// <summary>What keeps a point from being deleted. The only thing of a point that can change.</summary>
/// <param name="Protected">Kept until somebody takes this back.</param>
/// <param name="RetainUntil">Kept at least until then.</param>
public readonly record struct RetentionMark(bool Protected, DateTimeOffset? RetainUntil)
{
    /// <summary>Nothing keeps the point.</summary>
    public static RetentionMark None => default;

    /// <summary>What both together keep: never less than either.</summary>
    public RetentionMark And(RetentionMark other) => new(Protected || other.Protected, RetainUntil > other.RetainUntil ? RetainUntil : other.RetainUntil ?? RetainUntil);

    /// <summary>Whether the point may not be deleted at this time.</summary>
    public bool Holds(DateTimeOffset now) => Protected || RetainUntil > now;
}
