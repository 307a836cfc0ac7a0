using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Vaults;

/// <summary>The vault is what its description says: a program written from that alone lists and restores it.</summary>
public sealed class SecondReaderTests(Host host)
{
    private const string Python = "/usr/bin/python3";
    private static readonly string Folder = Path.Combine(Host.Repository, "test/reader");
    private static readonly string Reader = Path.Combine(Folder, "holdfast_reader.py");

    [Fact]
    public async Task The_format_description_has_the_known_answers_that_a_second_reader_finds() =>
        await Tool.RunAsync(Python, "-B", Path.Combine(Folder, "known_answers.py"), Path.Combine(Host.Repository, "docs/vault-format.md"));

    [Fact]
    public void The_second_reader_is_small_enough_to_be_understood() => Assert.True(File.ReadLines(Reader).Count() <= 600);

    [Fact]
    public async Task A_second_reader_lists_and_restores_every_point_byte_for_byte()
    {
        await using var guest = await Guest.DefineAsync(
            host, new GuestSpec(DiskSpec.Ext4("vda"), new DiskSpec("vdb") { SizeMiB = 96 }));
        var node = await Node.CreateAsync(host);
        // More chunks than one page of a map names, zeros in between, and an end that is no whole chunk.
        await Tool.RunAsync("qemu-img", "resize", guest.Disks[1].Path, "100663808");
        await Tool.RunAsync(
            "qemu-io", "-f", "qcow2", "-c", "write -P 0x31 0 5M", "-c", "write -P 0x32 40M 3M", "-c", "write -P 0x33 100663296 512",
            guest.Disks[1].Path);
        var first = await BackUpOfflineAsync(node, guest);
        await Tool.RunAsync("qemu-io", "-f", "qcow2", "-c", "write -P 0x41 2M 1M", "-c", "write -z 41M 1M", guest.Disks[1].Path);
        var second = await BackUpOfflineAsync(node, guest);

        string[] recoveryKey = ["--recovery-key-file", Path.Combine(node.Folder, "recovery-key")];
        string[] passphrase = ["--passphrase-file", node.PassphraseFile];
        foreach (var key in (string[][])[recoveryKey, passphrase])
        {
            var listed = await Tool.RunAsync(Python, ["-B", Reader, "list", node.Vault, .. key]);
            using var document = JsonDocument.Parse(listed);
            Assert.Equal(
                [first.Point, second.Point],
                document.RootElement.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("point").GetString()));
        }

        foreach (var (point, copies) in new[] { first, second })
        {
            foreach (var (target, copy) in copies)
                await CompareAsync(node, point, target, copy, recoveryKey);
        }

        var refused = await Tool.TryAsync(Python, ["-B", Reader, "list", node.Vault, "--passphrase-file", await WrongPassphraseAsync(node)]);
        Assert.Equal(1, refused.ExitCode);
    }

    private async Task CompareAsync(Node node, string point, string target, string copy, string[] key)
    {
        var output = Path.Combine(host.NewFolder("read"), target + ".raw");
        await Tool.RunAsync(Python, ["-B", Reader, "restore", node.Vault, .. key, point, target, output]);
        await Tool.RunAsync("cmp", copy, output);
    }

    // A shut-off VM's point, and what qemu-img reads from the images at the same time.
    private async Task<(string Point, Dictionary<string, string> Copies)> BackUpOfflineAsync(Node node, Guest guest)
    {
        var copies = new Dictionary<string, string>();
        foreach (var disk in guest.Disks)
            copies[disk.Target] = await FrozenExport.ReadImageAsync(host, disk);
        return ((await node.RunAsync("backup", guest.Name)).Backup.Point, copies);
    }

    private static async Task<string> WrongPassphraseAsync(Node node)
    {
        var file = Path.Combine(node.Folder, "wrong");
        await File.WriteAllTextAsync(file, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        return file;
    }
}
