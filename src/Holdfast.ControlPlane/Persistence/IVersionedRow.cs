namespace Holdfast.ControlPlane.Persistence;

/// <summary>A row of which of two concurrent changes exactly one wins; the other gets <c>DbUpdateConcurrencyException</c>.</summary>
public interface IVersionedRow
{
    /// <summary>Rises with every change.</summary>
    long Version { get; set; }
}
