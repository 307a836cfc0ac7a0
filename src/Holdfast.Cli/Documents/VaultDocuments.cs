using Holdfast.Vault;

namespace Holdfast.Cli.Documents;

/// <summary>A vault that was made. The recovery key is never part of it.</summary>
internal sealed record VaultCreatedDocument(string Vault, string Path, string? RecoveryKeyFile);

/// <summary>A vault's figures in JSON.</summary>
internal sealed record VaultInfoDocument(
    string Vault, string Path, DateTimeOffset Created, int Points, long Packs, long PackBytes, long IndexBytes, long StoredBytes, int DamagedPacks, int OpenSessions,
    ImmutabilityDocument Immutability)
{
    public static VaultInfoDocument Of(VaultInfo v, string path) => new(
        v.VaultId.ToString(), path, v.CreatedUtc.ToUniversalTime(), v.Points, v.Packs, v.PackBytes, v.IndexBytes, v.TotalBytes, v.DamagedPacks, v.OpenSessions,
        new(v.Immutability.State, v.Immutability.Days, v.StoreKeepsDates, v.StoreDatesAreRevocable));
}

/// <summary>How long a vault keeps points, and whether the store enforces it by itself, in JSON.</summary>
internal sealed record ImmutabilityDocument(ImmutabilityState State, int Days, bool ByStore, bool ByStoreRevocably);

/// <summary>A key slot in JSON.</summary>
internal sealed record KeySlotDocument(string Id, KeySlotKind Kind, string Label, DateTimeOffset Created)
{
    public static KeySlotDocument Of(KeySlot s) => new(s.Id, s.Kind, s.Label, s.CreatedUtc.ToUniversalTime());
}

/// <summary>Key slots in JSON.</summary>
internal sealed record KeySlotsDocument(IReadOnlyList<KeySlotDocument> Keys);

/// <summary>What a verification found, in JSON.</summary>
internal sealed record VerifyDocument(
    bool Healthy, IReadOnlyList<VerifiedPointDocument> Points, long Chunks, long Packs, long ReadBytes,
    IReadOnlyList<DamagedPackDocument> DamagedPacks, double Seconds, IReadOnlyList<FaultDocument> Faults);

/// <summary>Whether a point can be restored whole.</summary>
internal sealed record VerifiedPointDocument(string Id, string Vm, bool Healthy);

/// <summary>A damaged pack in JSON.</summary>
internal sealed record DamagedPackDocument(string Id, string Name, string Reason);
