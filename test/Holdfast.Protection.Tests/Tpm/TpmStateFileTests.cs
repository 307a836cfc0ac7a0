using Holdfast.Protection.Node;
using Holdfast.Protection.Tests.Restore;
using Holdfast.Protection.Tpm;

namespace Holdfast.Protection.Tests.Tpm;

/// <summary>The folder of a TPM's state is another user's, who may put anything there.</summary>
public sealed class TpmStateFileTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_state_is_read_whole_and_none_is_told_from_an_unreadable_one()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["state"], [1, 2, 3], Ct);
        Assert.Equal([1, 2, 3], TpmStateFile.Read(folder["state"]));
        Assert.Null(TpmStateFile.Read(folder["none"]));
        Assert.Null(TpmStateFile.Read(folder["none/none"]));
        Assert.Null(TpmStateFile.Read(folder["state/none"]));
    }

    [Fact]
    public async Task What_is_no_state_is_never_read()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["secret"], "somebody else's", Ct);
        File.CreateSymbolicLink(folder["link"], folder["secret"]);
        Directory.CreateDirectory(folder["folder"]);
        await File.WriteAllBytesAsync(folder["empty"], [], Ct);
        await File.WriteAllBytesAsync(folder["large"], new byte[TpmStateFile.StateBytesMax + 1], Ct);
        foreach (var name in (string[])["link", "folder", "empty", "large"])
            Assert.Throws<IOException>(() => TpmStateFile.Read(folder[name]));
        Assert.Throws<IOException>(() => TpmStateFile.Read("/dev/null"));
    }

    [Fact]
    public async Task Folders_are_made_for_the_emulators_user_and_only_empty_ones_go()
    {
        using var root = new TemporaryFolder();
        var folder = root["swtpm/uuid/tpm2"];
        TpmStateFile.CreateFolders(folder);
        TpmStateFile.CreateFolders(folder);
        Assert.Equal(
            ["0711", "0711", "0700"],
            ((string[])[root["swtpm"], root["swtpm/uuid"], folder]).Select(f => "0" + Convert.ToString((int)HostFile.Look(f)!.Value.Mode, 8)));

        await File.WriteAllTextAsync(Path.Combine(folder, ".lock"), "", Ct);
        TpmStateFile.RemoveEmptyFolders(folder);
        Assert.True(Directory.Exists(folder));
        File.Delete(Path.Combine(folder, ".lock"));
        TpmStateFile.RemoveEmptyFolders(folder);
        Assert.False(Directory.Exists(root["swtpm/uuid"]));
        Assert.True(Directory.Exists(root["swtpm"]));
        TpmStateFile.RemoveEmptyFolders(folder);
    }
}
