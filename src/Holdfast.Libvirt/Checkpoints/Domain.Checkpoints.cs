using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Lists checkpoints.</summary>
    /// <param name="filter">Which.</param>
    public IReadOnlyList<DomainCheckpoint> ListCheckpoints(CheckpointFilter filter = CheckpointFilter.Topological) =>
        NativeCall.TakeList(
            (out nint* items) => NativeLibvirt.virDomainListAllCheckpoints(_handle, out items, (uint)filter),
            item => new DomainCheckpoint(new CheckpointHandle(item)),
            nameof(NativeLibvirt.virDomainListAllCheckpoints));

    /// <summary>Looks a checkpoint up by its name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public DomainCheckpoint? FindCheckpoint(string name) =>
        NativeCall.CheckFound(
            NativeLibvirt.virDomainCheckpointLookupByName(_handle, name, 0), nameof(NativeLibvirt.virDomainCheckpointLookupByName)) is { } handle
            ? new DomainCheckpoint(handle) : null;

    /// <summary>Creates a checkpoint by itself, without a backup job.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    public DomainCheckpoint CreateCheckpoint(CheckpointXml checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return new DomainCheckpoint(NativeCall.Check(
            NativeLibvirt.virDomainCheckpointCreateXML(_handle, checkpoint.ToXml(), 0),
            nameof(NativeLibvirt.virDomainCheckpointCreateXML)));
    }
}
