using Holdfast.Protection.Node;
using Holdfast.Protection.Tests.Restore;

namespace Holdfast.Protection.Tests.Node;

public sealed class FileStampTests
{
    private static readonly FileStamp Known = new(Device: 1, Inode: 2, SizeBytes: 3, ModifiedNanoseconds: 4, BornNanoseconds: 5);

    [Fact]
    public void An_inode_that_was_used_again_is_another_file()
    {
        Assert.True((Known with { Device = 9 }).IsSameFileAcrossBoots(Known));
        Assert.False((Known with { BornNanoseconds = 6 }).IsSameFileAcrossBoots(Known));
        Assert.False((Known with { Inode = 6 }).IsSameFileAcrossBoots(Known));
        Assert.False((Known with { Device = 9 }).IsSameFile(Known));
    }

    [Fact]
    public void Without_times_of_birth_the_device_tells()
    {
        var unborn = Known with { BornNanoseconds = null };
        Assert.True(unborn.IsSameFileAcrossBoots(Known));
        Assert.False((unborn with { Device = 9 }).IsSameFileAcrossBoots(Known));
    }

    [Fact]
    public void A_file_keeps_its_time_of_birth_when_it_is_renamed_and_written_to()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["from"], "a");
        var before = HostFile.Look(folder["from"])!.Value.Stamp;
        File.AppendAllText(folder["from"], "b");
        HostFile.Move(folder["from"], folder["to"]);

        var after = HostFile.Look(folder["to"])!.Value.Stamp;
        Assert.True(after.IsSameFileAcrossBoots(before));
        Assert.False(after.IsUnchangedAcrossBoots(before));
        Assert.Equal(before.BornNanoseconds, after.BornNanoseconds);
        if (before.BornNanoseconds is { } born)
            Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(born / 1_000_000), TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
