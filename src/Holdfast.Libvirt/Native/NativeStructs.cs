using System.Runtime.InteropServices;

namespace Holdfast.Libvirt.Native;

// Layouts follow libvirt's public headers (LP64: unsigned long has 8 bytes).

[StructLayout(LayoutKind.Sequential)]
internal struct NativeError
{
    public int Code;
    public int Domain;
    public nint Message;
    public int Level;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeBlockInfo
{
    public ulong Capacity;
    public ulong Allocation;
    public ulong Physical;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeDiskError
{
    public nint Disk;
    public int Error;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeJobInfo
{
    public int Type;
    public ulong TimeElapsed;
    public ulong TimeRemaining;
    public ulong DataTotal;
    public ulong DataProcessed;
    public ulong DataRemaining;
    public ulong MemTotal;
    public ulong MemProcessed;
    public ulong MemRemaining;
    public ulong FileTotal;
    public ulong FileProcessed;
    public ulong FileRemaining;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeBlockJobInfo
{
    public int Type;
    public nuint Bandwidth;
    public ulong Current;
    public ulong End;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativePoolInfo
{
    public int State;
    public ulong Capacity;
    public ulong Allocation;
    public ulong Available;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeVolumeInfo
{
    public int Type;
    public ulong Capacity;
    public ulong Allocation;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeDhcpLease
{
    public nint Interface;
    public long ExpiryTime;
    public int Type;
    public nint Mac;
    public nint Iaid;
    public nint IpAddress;
    public uint Prefix;
    public nint HostName;
    public nint ClientId;
}

/// <summary>virTypedParameter: an 80-byte name, a type and an 8-byte value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTypedParameter
{
    public fixed byte Field[80];
    public int Type;
    public long Value;
}
