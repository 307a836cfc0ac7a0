using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A VM that is undefined and defined again with another UUID, at a served node whose traces and metrics somebody reads.</summary>
public sealed partial class ServedVmTests(Host host)
{
    [GeneratedRegex("holdfast_[a-z_]+")]
    private static partial Regex MetricName { get; }

    [Fact]
    public async Task A_replaced_VM_is_proposed_and_bound_when_confirmed_or_by_the_policy_and_audit_metrics_and_traces_tell()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 64 });
        using var collector = new Collector();
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"), "--traces", collector.Url);
        var api = new ApiClient(node, await node.TokenAsync(node.InitialCredential()), vm.Name);
        await vm.WriteRandomAsync("vda", 0, 8192);
        await api.ProtectAsync();
        var first = await api.BackUpAsync();
        Assert.True(IsDone(first), first.ToJsonString());

        await ReplaceAsync(vm);
        var failed = await api.BackUpAsync();
        Assert.Equal("Failed", (string)failed["properties"]!["status"]!);
        Assert.Contains("HoldfastRebindProposed", failed.ToJsonString(), StringComparison.Ordinal);
        var uuid = (await Tool.VirshAsync("domuuid", vm.Name)).Trim();
        Assert.Contains(uuid, (await api.GetAsync(api.Item)).ToJsonString(), StringComparison.Ordinal);
        Assert.InRange((await api.SendAsync("POST", api.Item + "/rebind", Confirm(Guid.NewGuid().ToString()))).Status, 400, 499);
        Assert.Equal(uuid, (string)(await node.RunAsync("vm", "rebind", vm.Name, "--yes"))["to"]!);
        var whole = await api.BackUpAsync();
        Assert.True(IsDone(whole), whole.ToJsonString());
        Assert.Equal(Size(first), Size(whole));
        Assert.Equal(2, (await api.GetAsync(api.Item + "/recoveryPoints"))["value"]!.AsArray().Count);

        var policy = api.Vault + "/backupPolicies/DefaultPolicy";
        var properties = (await api.GetAsync(policy))["properties"]!.DeepClone();
        properties["holdfast"]!["rebind"] = "automatic";
        Assert.InRange((await api.SendAsync("PUT", policy, new JsonObject { ["properties"] = properties })).Status, 200, 202);
        await ReplaceAsync(vm);
        var bound = await api.BackUpAsync();
        Assert.True(IsDone(bound), bound.ToJsonString());
        Assert.Equal(3, (await api.GetAsync(api.Item + "/recoveryPoints"))["value"]!.AsArray().Count);

        // Who did what: by the API for owners only, and by the command.
        var log = await api.GetAsync(api.Subscription + "/providers/Holdfast.Operations/auditLog?$top=2");
        var earlier = await api.GetAsync(new Uri((string)log["nextLink"]!).PathAndQuery);
        Assert.Equal(4, log["value"]!.AsArray().Concat(earlier["value"]!.AsArray()).Select(e => (string)e!["name"]!).Distinct().Count());
        Assert.Contains((await node.RunAsync("audit", "list"))["entries"]!.AsArray(), e => (string)e!["who"]! == "policy" && (string)e["action"]! == "rebind");
        var contributor = await node.TokenAsync(await node.RunAsync("credential", "create", "--role", "Contributor"));
        Assert.Equal(403, (await node.CurlAsync(api.Subscription + "/providers/Holdfast.Operations/auditLog", contributor)).Status);

        // The rules that are shipped name metrics that there are.
        var rules = MetricName.Matches(await File.ReadAllTextAsync(Path.Combine(Host.Repository, "packaging/prometheus/holdfast.rules.yml"))).Select(m => m.Value).ToHashSet();
        Assert.NotEmpty(rules);
        var metrics = "";
        await Eventually.TrueAsync("every metric of the rules, and of what ended, is there", async () =>
        {
            metrics = (await node.CurlAsync("/metrics")).Body;
            return rules.Concat(["holdfast_jobs_ended_total", "holdfast_job_read_bytes_total", "holdfast_vault_dedup_ratio"]).All(r => metrics.Contains("\n" + r, StringComparison.Ordinal));
        }, 60);
        var ready = JsonNode.Parse((await node.CurlAsync("/health/ready")).Body)!;
        Assert.Equal(("Healthy", "Healthy", "Healthy"), ((string)ready["checks"]!["stores"]!, (string)ready["checks"]!["scheduler"]!, (string)ready["checks"]!["hosts"]!));

        await node.StopAsync();
        var told = string.Concat(collector.Bodies);
        foreach (var name in (string[])["job Backup", "Transfer data to vault", "holdfast.job.id", "HoldfastRebindProposed"])
            Assert.Contains(name, told, StringComparison.Ordinal);
    }

    private static bool IsDone(JsonObject job) => (string)job["properties"]!["status"]! is "Completed" or "CompletedWithWarnings";

    private static string Size(JsonObject job) => (string)job["properties"]!["extendedInfo"]!["propertyBag"]!["Backup Size"]!;

    private static JsonObject Confirm(string uuid) => new() { ["properties"] = new JsonObject { ["vmId"] = uuid } };

    /// <summary>The same machine, as libvirt sees it, under another UUID.</summary>
    private static async Task ReplaceAsync(BareVm vm)
    {
        await vm.StopAsync();
        var xml = await vm.Guest.XmlAsync("--inactive");
        await Tool.VirshAsync("undefine", vm.Name, "--checkpoints-metadata");
        xml.SetElementValue("uuid", Guid.NewGuid().ToString());
        var file = Path.Combine(vm.Guest.Folder, "replaced.xml");
        await File.WriteAllTextAsync(file, xml.ToString());
        await Tool.VirshAsync("define", file);
        await vm.StartAsync();
    }

    /// <summary>Takes what an OTLP exporter sends.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Collector()
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add(Url + "/v1/traces/");
            _listener.Start();
            _ = TakeAsync();
        }

        public string Url { get; }

        public ConcurrentQueue<string> Bodies { get; } = [];

        public void Dispose() => _listener.Close();

        private async Task TakeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
                Bodies.Enqueue(await reader.ReadToEndAsync());
                context.Response.StatusCode = 200;
                context.Response.Close();
            }
        }
    }
}
