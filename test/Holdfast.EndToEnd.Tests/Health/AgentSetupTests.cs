using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.EndToEnd.Tests.Service;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>The VM agent's way into a guest, and its update there.</summary>
public sealed class AgentSetupTests(Host host)
{
    [Fact]
    [Condition("A01", Proof.Provocation)]
    [Condition("A04", Proof.Provocation)]
    [Condition("A05", Proof.Provocation)]
    public async Task A01_A04_A05_imported_vm_without_channel_and_agent_is_led_to_one_that_answers()
    {
        await using var guest = await Guest.BootAsync(host, GuestSpec.OneDisk with { AgentChannel = false, KernelArguments = "guest.agent=off" });
        var node = await Node.CreateAsync(host);

        // A01: an image that came from elsewhere has neither; the examination names the channel alone, the status says how to install the agent.
        await OnlyAsync(node, guest, "HoldfastAgentChannelMissing");
        Assert.Equal("no-channel", await StateAsync(node, guest));
        var steps = (await Tool.TryAsync(HoldfastProgram.FilePath, ["agent", "status", guest.Name])).Succeeded();
        Assert.Contains($"holdfast agent attach-channel {guest.Name}", steps, StringComparison.Ordinal);
        Assert.Contains("apt-get install -y qemu-guest-agent", steps, StringComparison.Ordinal);

        // A05: the VM's own property.
        (await node.RunAsync("agent", "attach-channel", guest.Name)).Succeeded();
        await guest.DestroyAsync();
        await Tool.VirshAsync("start", guest.Name);
        await Eventually.TrueAsync("the guest booted", () => guest.ConsoleLog().Contains("GUEST-READY", StringComparison.Ordinal), 240);

        // A04: the channel is there, the agent isn't.
        await OnlyAsync(node, guest, "UserErrorGuestAgentStatusUnavailable");
        Assert.Equal("disconnected", await StateAsync(node, guest));
        await using var console = await guest.OpenConsoleAsync();
        await console.RunAsync("agent-control start");
        await guest.Agent.AwaitAsync();
        (await node.RunAsync("agent", "validate", guest.Name)).Succeeded();
    }

    [Fact]
    [Condition("A07", Proof.Provocation)]
    public async Task A07_agent_is_updated_by_the_guests_package_manager_and_a_broken_repository_is_told()
    {
        await using var guest = await Guest.DefineAsync(host, new GuestSpec(DiskSpec.Ext4("vda"), new DiskSpec("vdb") { Format = "raw", SizeMiB = 96 }));
        var package = Directory.GetFiles(Path.Combine(Host.Repository, ".cache/guest/packages"), "qemu-guest-agent_*.deb").Order().Last();
        await Tool.RunAsync(Path.Combine(Host.Repository, "test/guest/apt.sh"), package, guest.Disks[1].Path);
        await guest.StartAsync();
        var node = await Node.CreateAsync(host);
        await guest.Agent.RunAsync("set -e; cd /data2; tar -c . | tar -x -C /; cd /; umount /data2; apt-get -q update");

        var found = await Examination.OfAsync(node, guest.Name);
        Assert.Equal("HoldfastAgentUpdateAvailable", found["update"].Code);
        // The disk that it came on is a raw one, and the guest small: of the agent nothing else is said.
        Assert.All((string[])["channel", "answers", "version", "commands", "origin"], check => Assert.Equal("passed", found[check].Outcome));
        var updated = (await node.RunAsync("agent", "update", guest.Name)).Succeeded();
        Assert.Contains("to 9:99", updated.Text, StringComparison.Ordinal);
        (await node.RunAsync("agent", "validate", guest.Name)).Succeeded();
        Assert.Equal("9:99", await PackageAsync(guest));

        await guest.Agent.RunAsync("echo damaged >>/srv/apt/Packages; rm -rf /var/lib/apt/lists/*Packages");
        Assert.Equal("HoldfastAgentUpdateFailed", (await node.RunAsync("agent", "update", guest.Name)).FaultCode);
        await guest.Agent.AwaitAsync();
        await ByItsNodeAsync(guest);
    }

    // The same guest, and its next version: by the node that protects it, as who may, and with everything else held off meanwhile.
    private async Task ByItsNodeAsync(Guest guest)
    {
        await guest.Agent.RunAsync("""
            set -e; sed -i s,/srv/apt,/srv/apt-later, /etc/apt/sources.list
            echo 'DPkg::Pre-Invoke { "touch /run/update.begun; while [ ! -e /run/update.go ]; do sleep 0.1; done"; };' >/etc/apt/apt.conf.d/99held
            """);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        await new ApiClient(node, await node.TokenAsync(node.InitialCredential()), guest.Name).ProtectAsync();
        var reader = Path.Combine(node.Folder, "reader");
        await File.WriteAllTextAsync(reader, (await node.RunAsync("credential", "create", "--role", "Reader")).ToJsonString());
        File.SetUnixFileMode(reader, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("AuthorizationFailed", (await CommandAsync(
            "agent", "update", guest.Name, "--server", node.Address, "--ca-file", node.Authority, "--credential-file", reader)).FaultCode);
        Assert.Equal("9:99", await PackageAsync(guest));

        var updating = CommandAsync("agent", "update", guest.Name, "--data", node.Folder);
        await using var console = await guest.OpenConsoleAsync();
        await console.RunAsync("while [ ! -e /run/update.begun ]; do sleep 0.1; done");
        Assert.Equal("UserErrorBackupOperationInProgress", (await CommandAsync("agent", "attach-channel", guest.Name, "--data", node.Folder)).FaultCode);
        Assert.False(updating.IsCompleted, "the update was held");
        await console.RunAsync("touch /run/update.go");

        Assert.Contains("updated from 9:99 to 9:100", (await updating).Succeeded().Text, StringComparison.Ordinal);
        Assert.Equal("9:100", await PackageAsync(guest));
        await node.RunAsync("agent", "validate", guest.Name);
        await node.RunAsync("agent", "attach-channel", guest.Name);
        var log = (await node.RunAsync("audit", "list"))["entries"]!.AsArray();
        Assert.Equal(
            ["refused", "succeeded"],
            log.Where(e => ((string)e!["target"]!).EndsWith($"/{guest.Name}/updateAgent", StringComparison.Ordinal)).Select(e => (string)e!["outcome"]!).Order());
    }

    private static async Task<string> PackageAsync(Guest guest) => (await guest.Agent.RunAsync("dpkg-query -W -f='${Version}' qemu-guest-agent")).Trim();

    private static async Task<CliResult> CommandAsync(params string[] arguments) => new(await Tool.TryAsync(HoldfastProgram.FilePath, [.. arguments, "--output", "json"]));

    // A guest that has just booted on a busy machine may be at its processor's limit.
    private static async Task OnlyAsync(Node node, Guest guest, string code) =>
        Assert.Equal([code], (await Examination.OfAsync(node, guest.Name)).Codes.Where(c => c != "HoldfastGuestPressure"));

    private static async Task<string?> StateAsync(Node node, Guest guest) =>
        (await node.RunAsync("agent", "status", guest.Name)).Succeeded().Json.GetProperty("state").GetString();
}
