using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Vault.Stores.Tests.Servers;

namespace Holdfast.Vault.Stores.Tests.Commands;

/// <summary>The command on vaults in a folder, at a real S3 server and at a real Blob server: the same, whatever is behind it.</summary>
[Collection(Command.Collection)]
public sealed class StoreCommandTests(RadosgwServer radosgw, AzuriteServer azurite) : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly Command _holdfast = new(Command.CredentialsOfBoth);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_TEST_ROUNDS"), out var rounds) ? rounds : 2;

    public void Dispose() => _holdfast.Dispose();

    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    [InlineData("s3-locked")]
    [InlineData("azblob")]
    public async Task A_vault_takes_two_points_gives_them_back_and_is_found_whole(string kind)
    {
        var vault = await InitAsync(kind);
        var image = Image(12);
        var first = await BackUpAsync(vault, image);
        var before = await File.ReadAllBytesAsync(image, Ct);
        Change(image, at: 5 * MiB, bytes: 300_000);
        var second = await BackUpAsync(vault, image);

        Assert.InRange(second.GetProperty("storedBytes").GetInt64(), 1, 2 * MiB);
        Assert.Equal(before, await RestoreAsync(vault, image, first));
        Assert.Equal(await File.ReadAllBytesAsync(image, Ct), await RestoreAsync(vault, image, second));
        await _holdfast.RunAsync(vault, "vault", "verify");
        await _holdfast.RunAsync(vault, "vault", "scrub");
        await _holdfast.RunAsync(vault, "vault", "scrub", "--keyless");
        await _holdfast.RunAsync(vault, "points", "delete", image, "--point", IdOf(first), "--yes");
        await _holdfast.RunAsync(vault, "vault", "gc");
        Assert.Equal(1, (await _holdfast.RunAsync(vault, "vault", "info")).GetProperty("points").GetInt32());
        Assert.Equal(await File.ReadAllBytesAsync(image, Ct), await RestoreAsync(vault, image, second));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    [InlineData("azblob")]
    public async Task A_backup_that_is_killed_at_any_instant_harms_nothing_and_the_next_one_succeeds(string kind)
    {
        var vault = await InitAsync(kind);
        var image = Image(32);
        var watch = Stopwatch.StartNew();
        await _holdfast.RunProcessAsync(vault, "backup", "--image", image);
        var whole = watch.Elapsed;
        for (var round = 0; round < Rounds; round++)
        {
            Change(image, at: 0, bytes: 20 * MiB);
            var after = whole * (0.3 + (0.8 * RandomNumberGenerator.GetInt32(1000) / 1000));
            var killed = await _holdfast.KillAsync(after, vault, "backup", "--image", image);
            TestContext.Current.SendDiagnosticMessage($"{kind}: {(killed ? "killed" : "ended before")} {after.TotalSeconds:0.00} s of {whole.TotalSeconds:0.00} s");

            var next = await BackUpAsync(vault, image);

            Assert.Equal(await File.ReadAllBytesAsync(image, Ct), await RestoreAsync(vault, image, next));
            await _holdfast.RunAsync(vault, "vault", "verify");
            Assert.Equal(0, (await _holdfast.RunAsync(vault, "vault", "info")).GetProperty("openSessions").GetInt32());
        }
    }

    [Fact]
    public async Task Points_are_copied_to_a_vault_with_the_same_passphrase_and_to_one_with_another()
    {
        var image = Image(2);
        var (folder, s3, blob) = (await InitAsync("folder"), await InitAsync("s3"), azurite.NewPlace());
        using var other = new Command(Command.CredentialsOfBoth, "another passphrase entirely");
        await other.RunAsync(blob, "vault", "init", "--recovery-key-file", other["key"]);
        await BackUpAsync(folder, image);

        Assert.Equal((1, 0), await CopyAsync(folder, s3));
        Assert.Equal((1, 0), await CopyAsync(s3, blob, "--to-passphrase-file", other["passphrase"]));
        Assert.Equal((0, 1), await CopyAsync(folder, s3));
        Assert.Equal(await File.ReadAllBytesAsync(image, Ct), await RestoreAsync(other, blob, image));

        async Task<(int Copied, int AlreadyThere)> CopyAsync(string from, string to, params string[] more)
        {
            var said = await _holdfast.RunAsync(from, ["vault", "copy", "--to", to, .. more]);
            return (said.GetProperty("copied").GetArrayLength(), said.GetProperty("alreadyThere").GetInt32());
        }
    }

    // Each command that changes a vault tries its store once, and what was found is remembered; those that only read it don't.
    [Theory]
    [InlineData("points", "protect")]
    [InlineData("vault", "gc")]
    [InlineData("vault", "key")]
    public async Task A_store_is_tried_before_the_first_change_whichever_command_makes_it(string room, string verb)
    {
        var vault = await InitAsync("azblob");
        var image = Image(2);
        var point = IdOf(await BackUpAsync(vault, image));
        using var elsewhere = new Command(Command.CredentialsOfBoth);
        await elsewhere.RunAsync(vault, "points", "list");
        Assert.False(Directory.Exists(Path.Combine(elsewhere["cache"], "probed")));
        string[] change = (room, verb) switch
        {
            ("points", _) => ["points", "protect", image, "--point", point],
            ("vault", "gc") => ["vault", "gc"],
            _ => ["vault", "key", "add", "--new-recovery-key-file", elsewhere["key"]],
        };

        await elsewhere.RunAsync(vault, change);

        Assert.Single(Directory.GetFiles(Path.Combine(elsewhere["cache"], "probed")));
    }

    [Fact]
    public async Task A_wrong_place_a_missing_bucket_and_wrong_credentials_are_told_apart()
    {
        using var stranger = new Command("AWS_ACCESS_KEY_ID=AKTEST\nAWS_SECRET_ACCESS_KEY=not-the-secret\n");
        Assert.Contains("HoldfastVaultStoreMissing", await FailAsync(_holdfast, radosgw.NewPlace("no-such-bucket")), StringComparison.Ordinal);
        Assert.Contains("HoldfastVaultStoreNotAuthenticated", await FailAsync(stranger, radosgw.NewPlace()), StringComparison.Ordinal);
        Assert.Contains("HoldfastVaultStoreNotAuthenticated", await FailAsync(stranger, azurite.NewPlace()), StringComparison.Ordinal);
        Assert.Contains("HoldfastVaultPlaceInvalid", await FailAsync(_holdfast, "s3+http://192.0.2.1/bucket/x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_says_what_the_store_does_and_whether_it_keeps_objects()
    {
        var plain = await _holdfast.RunAsync(radosgw.NewPlace(), "vault", "probe");
        Assert.Equal("unsupported", plain.GetProperty("retention").GetString());
        var locked = await _holdfast.RunAsync(radosgw.NewPlace(RadosgwServer.LockedContainer), "vault", "probe");
        Assert.Equal("enforced", locked.GetProperty("retention").GetString());
        var blob = await _holdfast.RunAsync(azurite.NewPlace(), "vault", "probe");
        Assert.Equal("notEnforced", blob.GetProperty("retention").GetString());
        Assert.Equal(7, blob.GetProperty("checks").GetArrayLength());
        Assert.Equal("raceHasOneWinner", blob.GetProperty("checks")[0].GetString());
    }

    private static async Task<string> FailAsync(Command holdfast, string place)
    {
        var (code, output, errors) = await holdfast.TryAsync(place, "vault", "probe");
        Assert.NotEqual(0, code);
        return output + errors;
    }

    private async Task<string> InitAsync(string kind)
    {
        var vault = kind switch
        {
            "folder" => _holdfast[$"vault-{Guid.NewGuid():N}"],
            "s3" => radosgw.NewPlace(),
            "s3-locked" => radosgw.NewPlace(RadosgwServer.LockedContainer),
            _ => azurite.NewPlace(),
        };
        await _holdfast.RunAsync(vault, "vault", "init", "--recovery-key-file", _holdfast[$"key-{Guid.NewGuid():N}"]);
        return vault;
    }

    /// <summary>Half random, half zero.</summary>
    private string Image(int mebibytes)
    {
        var path = _holdfast[$"image-{Guid.NewGuid():N}.img"];
        using var file = File.Create(path);
        file.Write(RandomNumberGenerator.GetBytes(mebibytes / 2 * MiB));
        file.SetLength((long)mebibytes * MiB);
        return path;
    }

    private static void Change(string image, long at, int bytes)
    {
        using var file = File.OpenWrite(image);
        file.Position = at;
        file.Write(RandomNumberGenerator.GetBytes(bytes));
    }

    private async Task<JsonElement> BackUpAsync(string vault, string image)
    {
        var result = await _holdfast.RunAsync(vault, "backup", "--image", image);
        return result.TryGetProperty("results", out var all) ? all[0] : result;
    }

    private static string IdOf(JsonElement point) => point.GetProperty("point").GetString()!;

    private Task<byte[]> RestoreAsync(string vault, string image, JsonElement point) => RestoreAsync(_holdfast, vault, image, "--point", IdOf(point));

    private static async Task<byte[]> RestoreAsync(Command holdfast, string vault, string image, params string[] which)
    {
        var folder = Directory.CreateDirectory(holdfast[$"restored-{Guid.NewGuid():N}"]).FullName;
        var result = await holdfast.RunAsync(vault, ["restore", image, .. which, "--disks-to", folder, "--format", "raw"]);
        var path = result.GetProperty("disks")[0].GetProperty("path").GetString()!;
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        Directory.Delete(folder, recursive: true);
        return bytes;
    }
}
