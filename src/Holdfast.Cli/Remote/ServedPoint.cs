using Holdfast.Protection.Points;

namespace Holdfast.Cli.Remote;

/// <summary>A recovery point of a node's item.</summary>
/// <param name="Item">The item.</param>
/// <param name="Name">Its name at the node.</param>
/// <param name="Point">The point.</param>
internal sealed record ServedPoint(ServedItem Item, string Name, RecoveryPoint Point);
