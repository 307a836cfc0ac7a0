using System.Runtime.InteropServices;

namespace Holdfast.Libvirt.Native;

/// <summary>Domains, their jobs, checkpoints and snapshots.</summary>
internal static unsafe partial class NativeLibvirt
{
    [LibraryImport(Library)]
    internal static partial int virConnectListAllDomains(ConnectHandle connection, out nint* domains, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial DomainHandle virDomainLookupByName(ConnectHandle connection, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial DomainHandle virDomainLookupByUUIDString(ConnectHandle connection, string uuid);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial DomainHandle virDomainDefineXMLFlags(ConnectHandle connection, string xml, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virConnectDomainXMLToNative(ConnectHandle connection, string format, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainFree(nint domain);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetName(DomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainGetName")]
    internal static partial nint virDomainGetNameBorrowed(nint domain);

    [LibraryImport(Library)]
    internal static partial int virDomainGetUUID(DomainHandle domain, byte* uuid);

    [LibraryImport(Library, EntryPoint = "virDomainGetUUID")]
    internal static partial int virDomainGetUUIDBorrowed(nint domain, byte* uuid);

    [LibraryImport(Library)]
    internal static partial uint virDomainGetID(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainGetState(DomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainIsActive(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainIsPersistent(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainHasManagedSaveImage(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetAutostart(DomainHandle domain, out int autostart);

    [LibraryImport(Library)]
    internal static partial int virDomainSetAutostart(DomainHandle domain, int autostart);

    [LibraryImport(Library)]
    internal static partial int virDomainCreateWithFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainDestroyFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainAttachDeviceFlags(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainShutdownFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainReboot(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSuspend(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainUndefineFlags(DomainHandle domain, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainGetBlockInfo(DomainHandle domain, string disk, out NativeBlockInfo info, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainGetDiskErrors(DomainHandle domain, NativeDiskError* errors, uint maxErrors, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainGetBlockJobInfo(DomainHandle domain, string disk, out NativeBlockJobInfo info, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainBackupBegin(DomainHandle domain, string backupXml, string? checkpointXml, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virDomainBackupGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainAbortJob(DomainHandle domain);

    [LibraryImport(Library)]
    internal static partial int virDomainGetJobInfo(DomainHandle domain, out NativeJobInfo info);

    [LibraryImport(Library)]
    internal static partial int virDomainGetJobStats(
        DomainHandle domain,
        out int type,
        out NativeTypedParameter* parameters,
        out int count,
        uint flags);

    [LibraryImport(Library)]
    internal static partial void virTypedParamsFree(NativeTypedParameter* parameters, int count);

    [LibraryImport(Library)]
    internal static partial int virDomainListAllCheckpoints(DomainHandle domain, out nint* checkpoints, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CheckpointHandle virDomainCheckpointLookupByName(DomainHandle domain, string name, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CheckpointHandle virDomainCheckpointCreateXML(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Library)]
    internal static partial CheckpointHandle virDomainCheckpointGetParent(CheckpointHandle checkpoint, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virDomainCheckpointGetName(CheckpointHandle checkpoint);

    [LibraryImport(Library)]
    internal static partial nint virDomainCheckpointGetXMLDesc(CheckpointHandle checkpoint, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainCheckpointDelete(CheckpointHandle checkpoint, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainCheckpointFree(nint checkpoint);

    [LibraryImport(Library)]
    internal static partial int virDomainListAllSnapshots(DomainHandle domain, out nint* snapshots, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virDomainSnapshotGetName(SnapshotHandle snapshot);

    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotIsCurrent(SnapshotHandle snapshot, uint flags);

    [LibraryImport(Library)]
    internal static partial nint virDomainSnapshotGetXMLDesc(SnapshotHandle snapshot, uint flags);

    [LibraryImport(Library)]
    internal static partial int virDomainSnapshotFree(nint snapshot);

    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainQemuAgentCommand(DomainHandle domain, string command, int timeoutSeconds, uint flags);

    [LibraryImport(QemuLibrary, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainQemuMonitorCommand(DomainHandle domain, string command, out nint result, uint flags);
}
