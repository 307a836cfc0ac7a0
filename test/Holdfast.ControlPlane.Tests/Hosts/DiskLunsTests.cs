using Holdfast.ControlPlane.Hosts;

namespace Holdfast.ControlPlane.Tests.Hosts;

public sealed class DiskLunsTests
{
    [Theory]
    [InlineData("vda", "vda:-1")]
    [InlineData("vda vdb vdc", "vda:-1 vdb:0 vdc:1")]
    [InlineData("vda vdc", "vda:-1 vdc:1")]
    [InlineData("vdc vda vdb", "vdc:-1 vdb:0 vda:1")]
    [InlineData("sda vdb sdb vdaa", "sda:-1 vdb:0 sdb:1 vdaa:25")]
    [InlineData("", "")]
    [InlineData("vda odd-name", "vda:-1 odd-name:0")]
    public void Luns_follow_the_targets_letters(string targets, string expected) =>
        Assert.Equal(expected, string.Join(' ', DiskLuns.Assign(targets.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(d => $"{d.Target}:{d.Lun}")));

    [Fact]
    public void Detaching_a_disk_does_not_renumber_the_others()
    {
        var before = DiskLuns.Assign(["vda", "vdb", "vdc", "vdd"]).ToDictionary(d => d.Target, d => d.Lun);
        foreach (var (target, lun) in DiskLuns.Assign(["vda", "vdd"]))
            Assert.Equal(before[target], lun);
    }
}
