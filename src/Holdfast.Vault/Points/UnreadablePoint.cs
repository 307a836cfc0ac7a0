namespace Holdfast.Vault;

/// <summary>A point whose own object is damaged: it exists, but only its ids are known.</summary>
/// <param name="SourceId">What was backed up.</param>
/// <param name="PointId">Its id.</param>
/// <param name="Reason">What is wrong with its object.</param>
public sealed record UnreadablePoint(SourceId SourceId, PointId PointId, string Reason);
