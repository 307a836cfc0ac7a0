using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Tests.Node;

public sealed class HostOpeningTests
{
    [Theory]
    [InlineData(7, 5, 0)]
    [InlineData(6, 10, 9)]
    public void A_libvirt_without_checkpoints_is_told_which_version_is_needed(int major, int minor, int release)
    {
        var obstacle = HostOpening.ObstacleOf(new LibvirtVersion(major, minor, release));
        Assert.Equal("HoldfastHypervisorTooOld", obstacle?.Code.ToString());
    }

    [Fact]
    public void A_libvirt_that_has_them_is_taken() => Assert.Null(HostOpening.ObstacleOf(HostOpening.MinimumVersion));

    [Fact]
    public async Task A_remote_host_is_refused_before_anybody_is_called()
    {
        var e = await Assert.ThrowsAsync<FaultException>(
            () => HostOpening.OpenAsync(LibvirtUri.Parse("qemu+ssh://backup.invalid/system"), TestContext.Current.CancellationToken));
        Assert.Equal(HostFaults.RemoteUriUnsupported("").Code, e.Fault.Code);
    }
}
