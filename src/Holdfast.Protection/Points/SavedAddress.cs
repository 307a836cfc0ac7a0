namespace Holdfast.Protection.Points;

/// <summary>An address that the VM had when the point was taken.</summary>
/// <param name="Mac">The interface.</param>
/// <param name="Address">The IPv4 address.</param>
/// <param name="IsGivenByNetwork">libvirt's network gave or reserved it; else it is set in the guest, and a restored VM comes up with it.</param>
public sealed record SavedAddress(string Mac, string Address, bool IsGivenByNetwork);
