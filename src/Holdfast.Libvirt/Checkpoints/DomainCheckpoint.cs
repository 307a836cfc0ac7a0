using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>A checkpoint of a domain: libvirt's record of an instant, and per disk a dirty bitmap since then.</summary>
public sealed class DomainCheckpoint : IDisposable
{
    private readonly CheckpointHandle _handle;

    internal DomainCheckpoint(CheckpointHandle handle)
    {
        _handle = handle;
        Name = NativeCall.BorrowString(NativeLibvirt.virDomainCheckpointGetName(handle), nameof(NativeLibvirt.virDomainCheckpointGetName));
    }

    /// <summary>The name; also the name of its bitmaps unless its XML says otherwise.</summary>
    public string Name { get; }

    /// <summary>The checkpoint's XML.</summary>
    /// <param name="flags">With what.</param>
    public string GetXml(CheckpointXmlOptions flags = CheckpointXmlOptions.NoDomain) =>
        NativeCall.TakeString(NativeLibvirt.virDomainCheckpointGetXMLDesc(_handle, (uint)flags), nameof(NativeLibvirt.virDomainCheckpointGetXMLDesc));

    /// <summary>The checkpoint's XML, read.</summary>
    /// <param name="flags">With what.</param>
    public CheckpointXml ReadXml(CheckpointXmlOptions flags = CheckpointXmlOptions.NoDomain) => CheckpointXml.Parse(GetXml(flags));

    /// <summary>The disks whose bitmap of this checkpoint is there and consistent; the others can't be read incrementally since it.</summary>
    /// <remarks>
    /// Asked without touching the domain: libvirt tells the size of good bitmaps only. The domain must run (OperationInvalid otherwise).
    /// The answer also counts while a backup job runs. InternalError where a disk was grown above an external snapshot: no size can be told then.
    /// </remarks>
    public IReadOnlySet<string> GetDisksWithUsableBitmap() =>
        ReadXml(CheckpointXmlOptions.Size | CheckpointXmlOptions.NoDomain).Disks
            .Where(d => d is { IsTracked: true, SizeBytes: not null })
            .Select(d => d.Target)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The parent's name; null for a root.</summary>
    public string? GetParentName()
    {
        using var parent = NativeCall.CheckFound(NativeLibvirt.virDomainCheckpointGetParent(_handle, 0), nameof(NativeLibvirt.virDomainCheckpointGetParent));
        return parent is null ? null : NativeCall.BorrowString(NativeLibvirt.virDomainCheckpointGetName(parent), nameof(NativeLibvirt.virDomainCheckpointGetName));
    }

    /// <summary>Deletes it. The README tells what happens to broken or missing bitmaps.</summary>
    /// <param name="flags">What to delete.</param>
    public void Delete(CheckpointDeleteOptions flags = CheckpointDeleteOptions.None) =>
        NativeCall.Check(NativeLibvirt.virDomainCheckpointDelete(_handle, (uint)flags), nameof(NativeLibvirt.virDomainCheckpointDelete));

    /// <summary>Deletes it, on a thread of its own: it waits while another job holds the domain.</summary>
    /// <param name="flags">What to delete.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task DeleteAsync(CheckpointDeleteOptions flags, CancellationToken ct) => DedicatedThread.RunAsync(() => Delete(flags), ct);

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();
}
