using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Lists the snapshots that libvirt knows of.</summary>
    public IReadOnlyList<DomainSnapshotInfo> ListSnapshots()
    {
        var handles = NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virDomainListAllSnapshots(_handle, out items, 0),
            item => new SnapshotHandle(item),
            nameof(NativeLibvirt.virDomainListAllSnapshots));
        try
        {
            return [.. handles.Select(Describe)];
        }
        finally
        {
            handles.ForEach(h => h.Dispose());
        }
    }

    private static DomainSnapshotInfo Describe(SnapshotHandle snapshot) => new(
        NativeCall.BorrowString(NativeLibvirt.virDomainSnapshotGetName(snapshot), nameof(NativeLibvirt.virDomainSnapshotGetName)),
        NativeCall.CheckBool(NativeLibvirt.virDomainSnapshotIsCurrent(snapshot, 0), nameof(NativeLibvirt.virDomainSnapshotIsCurrent)),
        NativeCall.TakeString(NativeLibvirt.virDomainSnapshotGetXMLDesc(snapshot, 0), nameof(NativeLibvirt.virDomainSnapshotGetXMLDesc)));
}
