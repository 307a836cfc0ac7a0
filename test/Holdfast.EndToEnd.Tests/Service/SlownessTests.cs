using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>Jobs and runs that take longer than they may: where their time went, and why.</summary>
public sealed class SlownessTests(Host host)
{
    private const string BackupSlow = "HoldfastBackupSlow";
    private const string RestoreSlow = "HoldfastRestoreSlow";

    [Fact]
    [Condition("P01", Proof.Provocation)]
    public async Task P01_backup_that_a_rate_limit_holds_back_names_the_limit_and_the_next_one_is_not_slow()
    {
        var node = await Node.CreateAsync(host);
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        await vm.WriteRandomAsync("vda", 0, 16 << 10);
        var slow = await node.RunAsync("backup", vm.Name, "--consistency", "crash", "--limit-read", "16M", "--slow-after", "1s");
        var result = Assert.Single(slow.Json.GetProperty("results").EnumerateArray());
        var fault = Assert.Single(result.GetProperty("warnings").EnumerateArray(), w => w.GetProperty("code").GetString() is BackupSlow or RestoreSlow);
        var told = fault.GetProperty("parameters");
        Assert.Equal((BackupSlow, "reading", "first-full\nthrottle"), (fault.GetProperty("code").GetString(), told.GetProperty("bottleneck").GetString(), told.GetProperty("factors").GetString()));
        var times = result.GetProperty("times");
        Assert.InRange(times.GetProperty("throttled").GetDouble(), 0.5, times.GetProperty("reading").GetDouble());
        Assert.InRange(times.GetProperty("reading").GetDouble(), 0.5, result.GetProperty("seconds").GetDouble());

        var next = await node.RunAsync("backup", vm.Name, "--consistency", "crash", "--slow-after", "1h");
        Assert.DoesNotContain("Slow", next.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Condition("P01", Proof.Provocation)]
    [Condition("P02", Proof.Provocation)]
    public async Task P01_P02_jobs_over_their_limits_say_so_while_they_run_with_where_their_time_went()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 512 });
        await using var pool = await Pool.CreateAsync(host);
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"), "--backup-slow-after", "1s", "--restore-slow-after", "1s");
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        for (var at = 0; at < 512; at += 64)
            await vm.WriteRandomAsync("vda", at << 10, 64 << 10);
        await api.ProtectAsync();

        // The source stands still: QEMU answers no read until the job has been told slow.
        var qemu = int.Parse(await File.ReadAllTextAsync($"/run/libvirt/qemu/{vm.Name}.pid"), CultureInfo.InvariantCulture);
        var backup = api.BackUpAsync();
        await Eventually.TrueAsync("libvirt's job runs", async () => backup.IsCompleted || await vm.Guest.HasBackupJobAsync());
        await HeldUntilToldAsync(api, qemu, "Backup", BackupSlow);
        var done = (await backup)["properties"]!;
        Assert.Equal("CompletedWithWarnings", (string)done["status"]!);
        AssertTold(done, BackupSlow, RestoreSlow, "first backup");
        Assert.Contains(BackupSlow, ApiClient.HealthOf((await api.GetAsync(api.Item))["properties"]!));

        var point = (string)Assert.Single((await api.GetAsync(api.Item + "/recoveryPoints"))["value"]!.AsArray())!["name"]!;
        var restore = api.RunAsync($"{api.Item}/recoveryPoints/{point}/restore", new JsonObject
        {
            ["objectType"] = "IaasVMRestoreRequest", ["recoveryType"] = "RestoreDisks",
            ["sourceResourceId"] = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/{vm.Name}",
            ["storageAccountId"] = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Storage/storageAccounts/{pool.Name}",
        });
        var target = 0;
        await Eventually.TrueAsync("the images are written", () => restore.IsCompleted || (target = ChildOf(node.ProcessId, "qemu-storage-da")) > 0);
        if (target > 0)
            await HeldUntilToldAsync(api, target, "Restore", RestoreSlow);
        var restored = (await restore)["properties"]!;
        Assert.Equal("CompletedWithWarnings", (string)restored["status"]!);
        AssertTold(restored, RestoreSlow, BackupSlow, "");
        Assert.Contains(RestoreSlow, ApiClient.HealthOf((await api.GetAsync(api.Item))["properties"]!));
    }

    private static void AssertTold(JsonNode job, string code, string neighbour, string factor)
    {
        var info = job["extendedInfo"]!;
        var warning = Assert.Single(info["warningDetails"]!.AsArray(), w => (string)w!["errorTitle"]! == code)!;
        Assert.Contains(factor, (string)warning["errorString"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(neighbour, info["warningDetails"]!.ToJsonString(), StringComparison.Ordinal);
        foreach (var phase in (string[])["waiting", "reading", "hashing", "compressing", "writing"])
            Assert.EndsWith(" s", (string)info["propertyBag"]!["Time " + phase]!, StringComparison.Ordinal);
    }

    private static async Task HeldUntilToldAsync(ApiClient api, int process, string operation, string code)
    {
        await Tool.TryAsync("kill", ["-STOP", process.ToString(CultureInfo.InvariantCulture)]);
        try
        {
            await Eventually.TrueAsync($"{code} is told", async () =>
            {
                var job = (await api.GetAsync(api.Vault + "/backupJobs"))["value"]!.AsArray().First(j => (string)j!["properties"]!["operation"]! == operation)!;
                var path = $"{api.Vault}/backupJobs/{(string)job["name"]!}";
                return (await api.GetAsync(path))["properties"]!["extendedInfo"]!["warningDetails"]?.ToJsonString().Contains(code, StringComparison.Ordinal) is true;
            });
        }
        finally
        {
            await Tool.TryAsync("kill", ["-CONT", process.ToString(CultureInfo.InvariantCulture)]);
        }
    }

    private static int ChildOf(int parent, string name)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                // "123 (qemu-storage-da) S 45 …"
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (stat.Contains($"({name})", StringComparison.Ordinal) && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture))
                    return int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return 0;
    }
}
