using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Points;

namespace Holdfast.ControlPlane.Items;

/// <summary>What a vault's store says of a protected item (INV-1): who it is, its state, when its data may go, and why its points are kept.</summary>
/// <param name="Format">Format of the note.</param>
/// <param name="Item">The item.</param>
/// <param name="PolicyName">The name of its policy, or null.</param>
/// <param name="Points">Names, expiry and retention tags of its points.</param>
internal sealed record ItemNote(int Format, ProtectedItemRow Item, string? PolicyName, IReadOnlyList<PointRow> Points)
{
    public const int FormatNow = 1;
    public const string Prefix = "item-";

    public static string NameOf(Guid item) => $"{Prefix}{item:N}";

    public byte[] ToBytes() => NoteJson.Write(this);
}
