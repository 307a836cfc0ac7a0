using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>What no client should send, to the server as it is run: refused with 4xx in Azure's shape of an error, and nothing is changed by it.</summary>
public sealed class HostileRequestTests(Host host)
{
    private const string Json = "application/json";
    private const long HundredMegabytes = 100L << 20;

    // All of them are told at once.
    private readonly List<string> _wrong = [];

    [Fact]
    public async Task Bad_requests_are_refused_in_Azures_shape_and_change_nothing()
    {
        await using var vm = await BareVm.DefineAsync(host, new DiskSpec("vda") { SizeMiB = 16 });
        await using var node = await ServedNode.StartAsync(host.NewFolder("hostile"));
        var token = await node.TokenAsync(node.InitialCredential());
        var api = new ApiClient(node, token, vm.Name);
        await api.ProtectAsync();
        var policy = await api.GetAsync(api.Vault + "/backupPolicies/DefaultPolicy");
        var before = await StateAsync(api);

        foreach (var (method, path, body) in Cases(api, vm.Name, policy))
            await AssertRefusedAsync(node, token, method, path, "-d", body);
        foreach (var (method, path, body) in ((string, string, string)[])
        [
            ("PUT", api.Item, "<properties/>"), ("PUT", api.Vault, "location=local"),
        ])
        {
            await AssertRefusedAsync(node, token, method, path, "-H", "Content-Type: text/xml", "-d", body);
        }

        // Its length is announced, then not; it goes to an address that reads bodies, to one that doesn't, and to the log-in.
        var large = Path.Combine(host.NewFolder("large"), "body");
        await using (var file = File.Create(large))
            file.SetLength(HundredMegabytes);
        foreach (var path in (string[])[api.Vault, api.Vault + "/backupFabrics/Azure/refreshContainers", "/adfs/oauth2/token"])
        {
            var method = path == api.Vault ? "PUT" : "POST";
            await AssertRefusedAsync(node, token, method, path, "--data-binary", "@" + large);
            if (path == api.Vault)
                await AssertRefusedAsync(node, token, method, path, "-H", "Transfer-Encoding: chunked", "--data-binary", "@" + large);
        }

        Assert.Empty(_wrong);
        Assert.Equal(before, await StateAsync(api));
        Assert.Equal(200, (await node.CurlAsync("/health/ready")).Status);
        Assert.DoesNotContain("failed unexpectedly", (await node.StopAsync()).Log, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Method, string Path, string Body)> Cases(ApiClient api, string vm, JsonObject policy)
    {
        var (vault, item) = (api.Vault, api.Item);
        var source = $"{api.Subscription}/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/{vm}";
        string Enable(string sourceId, string policyId) =>
            $$$"""{"properties":{"protectedItemType":"Microsoft.Compute/virtualMachines","sourceResourceId":"{{{sourceId}}}","policyId":"{{{policyId}}}"}}""";

        // JSON that isn't, or isn't the right one.
        foreach (var body in (string[])
        [
            "", "null", "[]", "\"\"", "{", "{}}", "{'properties':{}}", "{\"properties\":{},}", "{\"properties\":1}", "{\"properties\":[]}", "{\"properties\":{\"policyId\":NaN}}",
            "{\"properties\":{\"policyId\":{\"a\":1}}}", "{\"properties\":{\"policyId\":\"\",\"policyId\":\"\"}}", "{\"properties\":{\"sourceResourceID\":\"x\"}}",
            "{\"properties\":{\"surprise\":true}}", "{\"surprise\":{}}", "{\"properties\":{\"isRehydrate\":\"yes\"}}", "{\"properties\":{\"protectionState\":\"Gone\"}}",
            "{\"properties\":{\"extendedProperties\":{\"diskExclusionProperties\":{\"diskLunList\":[-1]}}}}",
            "{\"properties\":{\"extendedProperties\":{\"diskExclusionProperties\":{\"diskLunList\":[1e400]}}}}",
            "{\"properties\":" + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 201), "\uFEFF\uFEFF{}",
        ])
            yield return ("PUT", item, body);

        // Ids
        foreach (var id in (string[])
        [
            "nonsense", "/", "/subscriptions", source.Replace("virtualMachines", "virtualMachine", StringComparison.Ordinal), source + "/extensions/x", "https://evil.example" + source,
            source.Replace("holdfast", "..", StringComparison.Ordinal), source.Replace(vm, "..", StringComparison.Ordinal), source + "\\u0000", source + "?x=1", new string('/', 3000), source + new string('x', 4000),
        ])
            yield return ("PUT", item, Enable(id, vault + "/backupPolicies/DefaultPolicy"));
        foreach (var id in (string[])["x", vault, vault + "/backupPolicies/", vault + "/backupPolicies/none", vault + "/backupPolicies/../DefaultPolicy", vault.Replace("v1", "v2", StringComparison.Ordinal) + "/backupPolicies/DefaultPolicy"])
            yield return ("PUT", item, Enable(source, id));
        yield return ("GET", vault + "/backupJobs/nonsense", "");
        yield return ("POST", vault + "/backupJobs/%2e%2e/cancel", "");
        yield return ("GET", item + "/recoveryPoints/-1", "");
        yield return ("GET", item + "/recoveryPoints/99999999999999999999999", "");
        yield return ("GET", vault + "/backupOperations/%27%20or%201=1", "");
        yield return ("POST", item + "/rebind", """{"properties":{"vmId":"not-a-uuid"}}""");
        yield return ("POST", item + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest","recoveryPointExpiryTimeInUTC":"tomorrow"}}""");
        yield return ("POST", item + "/backup", """{"properties":{"objectType":"AzureFileShareBackupRequest"}}""");

        // Paths. Which of these is a folder's name in the end is never asked.
        foreach (var name in (string[])["..", "%2e%2e", "..%2f..%2fv2", "%2e%2e%2fv2", "v%2f2", "v1%5c..%5cv2", "v%0a2", "v%7f2", "v 2".Replace(" ", "%20", StringComparison.Ordinal), "-v", "v", new string('v', 51), "%c0%ae%c0%ae", "v%252e2", "v.2"])
            yield return ("PUT", vault[..^2] + name, """{"location":"local","sku":{"name":"Standard"},"properties":{}}""");
        foreach (var name in (string[])["..", "%2e%2e", "a%2fb", "a%0ab", new string('p', 300)])
            yield return ("PUT", vault + "/backupPolicies/" + name, policy.ToJsonString());
        foreach (var path in (string[])["/etc/passwd", "/../../../../etc/passwd", "/subscriptions/..%2f..%2f..%2fetc%2fpasswd/resourceGroups", "/%2e%2e/%2e%2e/etc/passwd", vault + "/../../../../../../../etc/passwd", "/.well-known/x"])
            yield return ("GET", path, "");

        // Questions
        foreach (var query in (string[])["$filter=status%20eq", "$filter=nosuch%20eq%20'x'", "$filter=startTime%20eq%20'yesterday'", "$filter=status%20eq%20'x'%20or%201%20eq%201", "$top=-1", "$top=many", "$skipToken=%00", "$skipToken=nonsense"])
            yield return ("GET", vault + "/backupJobs?" + query, "");

        // Policies that can't be carried out
        foreach (var (field, value) in ((string, string)[])
        [
            ("retentionPolicy.dailySchedule.retentionDuration.count", "0"), ("retentionPolicy.dailySchedule.retentionDuration.count", "1000000"),
            ("retentionPolicy.dailySchedule.retentionDuration.count", "2147483648"), ("retentionPolicy.dailySchedule.retentionDuration.durationType", "\"Fortnights\""),
            ("retentionPolicy.dailySchedule", "null"), ("retentionPolicy", "{}"), ("schedulePolicy", "{}"), ("timeZone", "\"Middle-earth Standard Time\""), ("timeZone", "7"),
            ("schedulePolicy.scheduleRunFrequency", "\"Hourly\""), ("schedulePolicy.scheduleRunFrequency", "\"Weekly\""), ("schedulePolicy.scheduleRunTimes", "[]"),
            ("schedulePolicy.scheduleRunTimes", "[\"2026-01-01T25:00:00Z\"]"), ("schedulePolicy.scheduleRunTimes", "[\"2026-01-01T01:17:00Z\",\"2026-01-01T02:00:00Z\"]"),
            ("schedulePolicy.schedulePolicyType", "\"LogSchedulePolicy\""), ("instantRpRetentionRangeInDays", "0"), ("policyType", "\"V3\""), ("backupManagementType", "\"AzureSql\""), ("unknown", "1"),
        ])
            yield return ("PUT", vault + "/backupPolicies/bad", With(policy, field, value));

        // Vaults and their settings
        yield return ("PUT", vault, """{"sku":{"name":"Standard"},"properties":{}}""");
        yield return ("PUT", vault, """{"location":7}""");
        yield return ("PATCH", vault, """{"tags":{"a":1}}""");
        yield return ("PATCH", vault, """{"properties":{"publicNetworkAccess":"Perhaps"}}""");
        yield return ("PATCH", vault, """{"properties":{"securitySettings":{"softDeleteSettings":{"softDeleteState":"Enabled","softDeleteRetentionPeriodInDays":9999}}}}""");
        yield return ("PATCH", vault + "/backupconfig/vaultconfig", """{"properties":{"softDeleteFeatureState":"Sometimes"}}""");
        yield return ("PATCH", vault + "/backupstorageconfig/vaultstorageconfig", """{"properties":{"storageModelType":"Tape"}}""");
        yield return ("DELETE", vault + "/backupPolicies", "");
        yield return ("TRACE", vault, "");
        yield return ("BREW", vault, "");
    }

    private static string With(JsonObject policy, string field, string value)
    {
        var changed = policy.DeepClone();
        var steps = field.Split('.');
        var parent = steps[..^1].Aggregate(changed["properties"]!, (node, step) => node[step]!);
        parent[steps[^1]] = JsonNode.Parse(value);
        return changed.ToJsonString();
    }

    /// <summary>What the node keeps, as it tells it; without the health of items, which the node looks at by itself.</summary>
    private static async Task<string> StateAsync(ApiClient api)
    {
        var all = new List<string>();
        foreach (var path in (string[])
        [
            api.Subscription + "/providers/Microsoft.RecoveryServices/vaults", api.Vault + "/backupPolicies", api.Vault + "/backupJobs",
            api.Vault + "/backupconfig/vaultconfig", api.Vault + "/backupstorageconfig/vaultstorageconfig",
        ])
            all.Add((await api.GetAsync(path)).ToJsonString());
        foreach (var item in (await api.GetAsync(api.Vault + "/backupProtectedItems"))["value"]!.AsArray())
        {
            var properties = item!["properties"]!.AsObject();
            foreach (var name in properties.Select(p => p.Key).Where(k => k.StartsWith("health", StringComparison.Ordinal) || k == "kpisHealths").ToList())
                properties.Remove(name);
            all.Add(item.ToJsonString());
        }

        return string.Join('\n', all);
    }

    // -g and --path-as-is: what is written here is what is sent.
    private async Task AssertRefusedAsync(ServedNode node, string token, string method, string path, params string[] body)
    {
        string[] type = body.Contains("-H") && body.Any(b => b.StartsWith("Content-Type", StringComparison.Ordinal)) ? [] : ["-H", "Content-Type: " + Json];
        string[] sent = method is "GET" or "DELETE" or "TRACE" or "BREW" || (body is ["-d", ""] && method == "POST") ? [] : [.. type, .. body];
        var result = await Tool.TryAsync(
            "curl",
            ["-sS", "-g", "--path-as-is", "--cacert", node.Authority, "-w", "\n%{http_code}", "-X", method, "-H", "Authorization: Bearer " + token, .. sent, node.Address + path]);
        var (output, what) = (result.Output.TrimEnd(), $"{method} {path} {string.Concat(body).PadRight(300)[..300].TrimEnd()}: {result.Output} {result.Errors}");
        if (!int.TryParse(output[(output.LastIndexOf('\n') + 1)..], CultureInfo.InvariantCulture, out var status) || status is < 400 or >= 500)
        {
            _wrong.Add(what);
            return;
        }

        if (path.StartsWith("/adfs", StringComparison.Ordinal) || path.Contains("%00", StringComparison.Ordinal))
            return;
        var answer = output[..Math.Max(output.LastIndexOf('\n'), 0)];
        if (!answer.StartsWith('{') || JsonNode.Parse(answer)!["error"] is not { } error || error["code"] is null || ((string)error["message"]!).Length == 0)
            _wrong.Add(what);
    }
}
