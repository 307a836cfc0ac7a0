using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A node whose way to its host is cut: before the host was ever seen, and after.</summary>
public sealed class UnreachableHostTests(Host host)
{
    private const string Socket = "/run/libvirt/libvirt-sock";

    [Fact]
    [Condition("N01", Proof.Provocation)]
    [Condition("N02", Proof.Provocation)]
    [Condition("N03", Proof.Provocation)]
    public async Task N01_N02_N03_host_out_of_reach_is_told_when_protection_is_enabled_when_a_backup_is_asked_for_and_by_the_age_of_what_is_shown()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        var folder = host.NewFolder("way");
        var way = Path.Combine(folder, "sock");
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"), "--connect", $"qemu+unix:///system?socket={way}");
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);

        // A VM of a host that was never seen may be there: it isn't said to be gone.
        var (status, body) = await api.TryProtectAsync();
        Assert.InRange(status, 400, 599);
        Assert.Contains("HoldfastHostNotReached", body, StringComparison.Ordinal);
        Assert.DoesNotContain("UserErrorVmNotFoundV2", body, StringComparison.Ordinal);

        File.CreateSymbolicLink(way, Socket);
        await api.ProtectAsync();
        await Eventually.TrueAsync("the host was seen", async () => Codes(await ExamineAsync(node)).Count == 0);
        await node.StopAsync();

        // Beside the node, by its database: the node's own connection stays.
        string[] cut = ["HoldfastHypervisorUnreachable", "HoldfastStatusStale"];
        await using var again = await ServedNode.StartAsync(node.Folder, "--connect", $"qemu+unix:///system?socket={way}");
        await Eventually.TrueAsync("what is there is kept", async () =>
        {
            File.Delete(way);
            var found = Codes(await ExamineAsync(again, "--offline"));
            File.CreateSymbolicLink(way, Socket);
            return found.Order().SequenceEqual(cut);
        });
        await again.StopAsync();

        // The way is cut; the node tells the host once, with all of its VMs asked for.
        File.Delete(way);
        await using var last = await ServedNode.StartAsync(node.Folder, "--connect", $"qemu+unix:///system?socket={way}");
        Assert.Equal(cut, Codes(await ExamineAsync(last, "--all")).Order());

        var command = await Node.CreateAsync(host);
        Assert.Equal("HoldfastHypervisorUnreachable", (await command.RunAsync("backup", vm.Name, "--connect", $"qemu+unix:///system?socket={way}")).FaultCode);
    }

    private static async Task<JsonNode> ExamineAsync(ServedNode node, params string[] more) =>
        JsonNode.Parse((await Tool.TryAsync(HoldfastProgram.FilePath, ["doctor", "--data", node.Folder, "--output", "json", .. more])).Output)!;

    private static IReadOnlyList<string> Codes(JsonNode report) =>
        [.. report["results"]!.AsArray().Where(r => r!["fault"] is not null && (string)r["area"]! == "host").Select(r => (string)r!["fault"]!["code"]!)];
}
