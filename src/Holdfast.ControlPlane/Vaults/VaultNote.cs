using Holdfast.ControlPlane.Persistence;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>What a vault's store says of the vault (INV-1), so that it can be brought back without the database.</summary>
/// <param name="Format">Format of the note.</param>
/// <param name="Vault">The vault; its store path is where it is found.</param>
internal sealed record VaultNote(int Format, VaultRow Vault)
{
    public const string Name = "vault";
    public const int FormatNow = 1;

    public byte[] ToBytes() => NoteJson.Write(this);
}
