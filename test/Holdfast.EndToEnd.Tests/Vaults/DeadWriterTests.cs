using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Vault;

namespace Holdfast.EndToEnd.Tests.Vaults;

/// <summary>Writers that died in the middle leave nothing for long; writers that live are left alone.</summary>
public sealed class DeadWriterTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_writer_stored_goes_with_the_next_backup()
    {
        var node = await Node.CreateAsync(host);
        var image = await ImageAsync();
        await node.RunUntilKilledAsync("Transfer:after", "backup", "--image", image);
        var remains = Directory.GetDirectories(Path.Combine(node.Vault, "sessions")).Select(Path.GetFileName).ToList();
        Assert.Single(remains);
        Assert.Equal(1, (await InfoAsync(node)).OpenSessions);

        var run = (await node.RunAsync("backup", "--image", image)).Backup;

        Assert.Equal((0, 1), await InfoAsync(node));
        Assert.Equal([run.Point], Directory.GetDirectories(Path.Combine(node.Vault, "packs")).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFiles(Path.Combine(node.Vault, ".tmp")));
        (await node.RunAsync("verify", "--all")).Succeeded();
    }

    // Another pid namespace stands for another machine: nobody can look whether the process lives, but for its heartbeat.
    [Fact]
    public async Task Of_two_writers_that_cannot_be_seen_the_one_whose_heart_stands_still_is_revoked_and_the_other_commits()
    {
        var node = await Node.CreateAsync(host);
        var (dying, living) = (await ImageAsync(), await ImageAsync());
        Assert.Equal(128 + 9, (await ElsewhereAsync(node, dying, "HOLDFAST_TEST_STOP_AT=Transfer:after")).ExitCode);
        var pause = Path.Combine(node.Folder, "pause");
        var writing = ElsewhereAsync(node, living, "HOLDFAST_TEST_PAUSE_AT=Transfer:after", "HOLDFAST_TEST_PAUSE_FILE=" + pause);
        await Eventually.TrueAsync("the other writer is at work", () => File.Exists(pause) || writing.IsCompleted);
        await using var vault = await BackupVault.OpenAsync(
            new LocalFolderStore(node.Vault), VaultCredential.FromPassphrase((await File.ReadAllTextAsync(node.PassphraseFile, Ct)).TrimEnd('\n')),
            new VaultOpenOptions(), Ct);
        Assert.All(await vault.ListSessionsAsync(Ct), s => Assert.Equal(WriterState.Unknown, s.Writer));
        Assert.Empty(await vault.CleanUpDeadSessionsAsync(new DeadSessionOptions(), Ct));

        var revoked = await vault.CleanUpDeadSessionsAsync(
            new DeadSessionOptions { WatchHeartbeats = true, Observations = 2, Interval = TimeSpan.FromSeconds(12) }, Ct);

        var alive = Assert.Single(await vault.ListSessionsAsync(Ct));
        Assert.NotEqual(alive.PointId, Assert.Single(revoked).PointId);
        File.Delete(pause);
        Assert.Equal(0, (await writing).ExitCode);
        Assert.Equal((0, 1), await InfoAsync(node));
        Assert.Equal(alive.PointId, Assert.Single(await vault.ListPointsAsync(null, Ct)).PointId);
        Assert.Single(Directory.GetDirectories(Path.Combine(node.Vault, "packs")));
    }

    // The watch takes 90 s: had the backup waited for it, the silent session would be gone.
    [Fact]
    public async Task A_silent_writer_elsewhere_does_not_delay_a_backup_of_the_same_source()
    {
        var node = await Node.CreateAsync(host);
        var image = await ImageAsync();
        Assert.Equal(128 + 9, (await ElsewhereAsync(node, image, "HOLDFAST_TEST_STOP_AT=Transfer:after")).ExitCode);

        (await node.RunAsync("backup", "--image", image)).Succeeded();

        Assert.Equal((1, 1), await InfoAsync(node));
        (await node.RunAsync("verify", "--all")).Succeeded();
    }

    private static Task<ToolResult> ElsewhereAsync(Node node, string image, params string[] environment)
    {
        var folder = Path.Combine(node.Folder, "elsewhere-" + Path.GetFileName(Path.GetDirectoryName(image)));
        return Tool.TryAsync("unshare",
        [
            "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", "\"$@\"; exit $?", "sh", "env", .. environment,
            "HOLDFAST_STATE=" + Path.Combine(folder, "state"), "HOLDFAST_CACHE=" + Path.Combine(folder, "cache"),
            HoldfastProgram.FilePath, "backup", "--image", image, "--vault", node.Vault,
            "--passphrase-file", node.PassphraseFile,
        ]);
    }

    private async Task<string> ImageAsync()
    {
        var path = Path.Combine(host.NewFolder("image"), "disk.raw");
        await Tool.RunAsync("dd", "if=/dev/urandom", "of=" + path, "bs=1M", "count=8");
        return path;
    }

    private static async Task<(int OpenSessions, int Points)> InfoAsync(Node node)
    {
        var info = (await node.RunAsync("vault", "info")).Succeeded().Json;
        return (info.GetProperty("openSessions").GetInt32(), info.GetProperty("points").GetInt32());
    }
}
