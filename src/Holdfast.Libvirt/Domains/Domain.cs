using System.Globalization;
using System.Runtime.InteropServices;
using Holdfast.Libvirt.Native;

namespace Holdfast.Libvirt;

/// <summary>A domain (virtual machine). Name and UUID are those of the moment it was looked up.</summary>
public sealed unsafe partial class Domain : IDisposable
{
    private readonly DomainHandle _handle;

    internal Domain(DomainHandle handle)
    {
        _handle = handle;
        Name = NativeCall.BorrowString(NativeLibvirt.virDomainGetName(handle), nameof(NativeLibvirt.virDomainGetName));
        Uuid = NativeCall.TakeUuid(uuid => NativeLibvirt.virDomainGetUUID(handle, uuid), nameof(NativeLibvirt.virDomainGetUUID));
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>QEMU is running for it.</summary>
    public bool IsActive => NativeCall.CheckBool(NativeLibvirt.virDomainIsActive(_handle), nameof(NativeLibvirt.virDomainIsActive));

    /// <summary>It has a definition that outlives its run.</summary>
    public bool IsPersistent => NativeCall.CheckBool(NativeLibvirt.virDomainIsPersistent(_handle), nameof(NativeLibvirt.virDomainIsPersistent));

    /// <summary>A managed save image exists: the next start resumes it.</summary>
    public bool HasManagedSave =>
        NativeCall.CheckBool(NativeLibvirt.virDomainHasManagedSaveImage(_handle, 0), nameof(NativeLibvirt.virDomainHasManagedSaveImage));

    /// <summary>It is started together with the host. Transient domains have no such setting: OperationInvalid.</summary>
    public bool Autostart
    {
        get
        {
            NativeCall.Check(NativeLibvirt.virDomainGetAutostart(_handle, out var autostart), nameof(NativeLibvirt.virDomainGetAutostart));
            return autostart != 0;
        }

        set => NativeCall.Check(NativeLibvirt.virDomainSetAutostart(_handle, value ? 1 : 0), nameof(NativeLibvirt.virDomainSetAutostart));
    }

    /// <summary>libvirt's number for the running QEMU process; changes with every start; null when shut off.</summary>
    public int? Id => NativeLibvirt.virDomainGetID(_handle) is var id && id == uint.MaxValue ? null : (int)id;

    /// <summary>State and reason.</summary>
    public DomainStateInfo GetState()
    {
        NativeCall.Check(NativeLibvirt.virDomainGetState(_handle, out var state, out var reason, 0), nameof(NativeLibvirt.virDomainGetState));
        return new DomainStateInfo((DomainState)state, reason);
    }

    /// <summary>The domain's XML as libvirt writes it.</summary>
    /// <param name="flags">Which view.</param>
    public string GetXml(DomainXmlOptions flags = DomainXmlOptions.None) =>
        NativeCall.TakeString(NativeLibvirt.virDomainGetXMLDesc(_handle, (uint)flags), nameof(NativeLibvirt.virDomainGetXMLDesc));

    /// <summary>The domain's XML, read.</summary>
    /// <param name="flags">Which view.</param>
    public DomainXml ReadXml(DomainXmlOptions flags = DomainXmlOptions.None) => DomainXml.Parse(GetXml(flags));

    /// <summary>Starts it.</summary>
    /// <param name="flags">How.</param>
    public void Start(DomainStartOptions flags = DomainStartOptions.None) =>
        NativeCall.Check(NativeLibvirt.virDomainCreateWithFlags(_handle, (uint)flags), nameof(NativeLibvirt.virDomainCreateWithFlags));

    /// <summary>Starts it, on a thread of its own.</summary>
    /// <param name="flags">How.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task StartAsync(DomainStartOptions flags, CancellationToken ct) => DedicatedThread.RunAsync(() => Start(flags), ct);

    /// <summary>Stops it at once, as if the power were cut. QEMU itself is ended in order (SIGTERM first), so its bitmaps are kept.</summary>
    /// <param name="graceful">Fail rather than send SIGKILL when QEMU doesn't end by itself.</param>
    public void Destroy(bool graceful = false) =>
        NativeCall.Check(NativeLibvirt.virDomainDestroyFlags(_handle, graceful ? 1u : 0u), nameof(NativeLibvirt.virDomainDestroyFlags));

    /// <summary>Stops it at once, on a thread of its own.</summary>
    /// <param name="graceful">Fail rather than send SIGKILL when QEMU doesn't end by itself.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task DestroyAsync(bool graceful, CancellationToken ct) => DedicatedThread.RunAsync(() => Destroy(graceful), ct);

    /// <summary>Asks the guest to shut down; returns before it has.</summary>
    /// <param name="mode">How to ask.</param>
    public void Shutdown(DomainShutdownMode mode = DomainShutdownMode.Default) =>
        NativeCall.Check(NativeLibvirt.virDomainShutdownFlags(_handle, (uint)mode), nameof(NativeLibvirt.virDomainShutdownFlags));

    /// <summary>Asks the guest to reboot.</summary>
    /// <param name="mode">How to ask.</param>
    public void Reboot(DomainShutdownMode mode = DomainShutdownMode.Default) =>
        NativeCall.Check(NativeLibvirt.virDomainReboot(_handle, (uint)mode), nameof(NativeLibvirt.virDomainReboot));

    /// <summary>Adds a device to the definition, and to the running domain where <paramref name="live"/> is set.</summary>
    /// <param name="xml">The device's element.</param>
    /// <param name="live">Plug it into the running domain too; OperationUnsupported or InternalError where it lacks the controller.</param>
    public void AttachDevice(string xml, bool live) =>
        NativeCall.Check(NativeLibvirt.virDomainAttachDeviceFlags(_handle, xml, live ? 3u : 2u), nameof(NativeLibvirt.virDomainAttachDeviceFlags));

    /// <summary>Pauses the CPUs.</summary>
    public void Suspend() => NativeCall.Check(NativeLibvirt.virDomainSuspend(_handle), nameof(NativeLibvirt.virDomainSuspend));

    /// <summary>Lets the CPUs go on, also after a pause for an I/O error.</summary>
    public void Resume() => NativeCall.Check(NativeLibvirt.virDomainResume(_handle), nameof(NativeLibvirt.virDomainResume));

    /// <summary>Takes the definition away; a running domain becomes transient.</summary>
    /// <param name="flags">What goes with it.</param>
    public void Undefine(DomainUndefineOptions flags = DomainUndefineOptions.None) =>
        NativeCall.Check(NativeLibvirt.virDomainUndefineFlags(_handle, (uint)flags), nameof(NativeLibvirt.virDomainUndefineFlags));

    /// <summary>Sizes of a disk. A running QEMU is asked for its block nodes, which may be its end (see <c>ImageSize</c>): for VMs that are off.</summary>
    /// <param name="disk">The target (<c>vda</c>) or the source path.</param>
    public DomainBlockInfo GetBlockInfo(string disk)
    {
        NativeCall.Check(NativeLibvirt.virDomainGetBlockInfo(_handle, disk, out var info, 0), nameof(NativeLibvirt.virDomainGetBlockInfo));
        return new DomainBlockInfo(checked((long)info.Capacity), checked((long)info.Allocation), checked((long)info.Physical));
    }

    /// <summary>Disks in an error state; empty when all is well.</summary>
    public IReadOnlyList<DomainDiskError> GetDiskErrors()
    {
        const string call = nameof(NativeLibvirt.virDomainGetDiskErrors);
        var disks = NativeCall.Check(NativeLibvirt.virDomainGetDiskErrors(_handle, null, 0, 0), call);
        if (disks == 0)
        {
            return [];
        }

        if (disks > NativeCall.ListCountMax)
        {
            throw NativeCall.Malformed(call, string.Create(CultureInfo.InvariantCulture, $"{disks} disks"));
        }

        var native = new NativeDiskError[disks];
        fixed (NativeDiskError* buffer = native)
        {
            var count = Math.Min(NativeCall.Check(NativeLibvirt.virDomainGetDiskErrors(_handle, buffer, (uint)disks, 0), call), disks);
            var errors = new List<DomainDiskError>(count);
            for (var i = 0; i < count; i++)
            {
                errors.Add(new DomainDiskError(NativeCall.BorrowStringOrNull(native[i].Disk) ?? "", native[i].Error == 2));
                NativeMemory.Free((void*)native[i].Disk);
            }

            return errors;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();
}
