namespace Holdfast.ControlPlane.Hosts;

/// <summary>A disk of a VM as a managed disk.</summary>
/// <param name="Name">Its resource name: VM and target.</param>
/// <param name="Lun">-1 for the OS disk; data disks count from 0.</param>
/// <param name="Target">libvirt's target name (vda).</param>
/// <param name="Path">Its image, or null where it can't be told now.</param>
/// <param name="SizeBytes">Its virtual size, or null where it can't be told now.</param>
public sealed record VirtualMachineDisk(string Name, int Lun, string Target, string? Path, long? SizeBytes);
