using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The API by curl, about one VM in one vault.</summary>
internal sealed class ApiClient(ServedNode node, string token, string vm)
{
    public string Subscription { get; } = "/subscriptions/" + (string)node.InitialCredential()["subscription"]!;

    public string Vault => Subscription + "/resourceGroups/holdfast/providers/Microsoft.RecoveryServices/vaults/v1";

    public string Item => $"{Vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;holdfast;{vm}/protectedItems/VM;iaasvmcontainerv2;holdfast;{vm}";

    public async Task ProtectAsync(string policy = "DefaultPolicy")
    {
        var enabled = await TryProtectAsync(policy);
        Assert.True(enabled.Status == 202, enabled.Body);
    }

    /// <summary>Makes the vault and asks for the VM's protection, whatever is answered.</summary>
    public async Task<(int Status, string Body)> TryProtectAsync(string policy = "DefaultPolicy")
    {
        await MakeVaultAsync();
        return await SendAsync("PUT", Item, new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["protectedItemType"] = "Microsoft.Compute/virtualMachines",
                ["sourceResourceId"] = Subscription + "/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/" + vm,
                ["policyId"] = Vault + "/backupPolicies/" + policy,
            },
        });
    }

    public async Task MakeVaultAsync()
    {
        var made = await SendAsync("PUT", Vault, new JsonObject { ["location"] = "local", ["sku"] = new JsonObject { ["name"] = "Standard" }, ["properties"] = new JsonObject() });
        Assert.True(made.Status is 200 or 201 or 202, made.Body);
    }

    /// <summary>Makes a policy that backs up once a day, at a time such as 02:07, all VMs at once.</summary>
    public async Task PutDailyPolicyAsync(string name, string time)
    {
        var properties = (JsonObject)(await GetAsync(Vault + "/backupPolicies/DefaultPolicy"))["properties"]!.DeepClone();
        var at = $"2026-01-01T{time}:00Z";
        properties["schedulePolicy"]!["scheduleRunTimes"] = new JsonArray(at);
        properties["retentionPolicy"]!["dailySchedule"]!["retentionTimes"] = new JsonArray(at);
        properties["holdfast"]!["startWindowMinutes"] = 0;
        var made = await SendAsync("PUT", $"{Vault}/backupPolicies/{name}", new JsonObject { ["properties"] = properties });
        Assert.True(made.Status == 200, made.Body);
    }

    /// <summary>Has the node look at what is there.</summary>
    public Task<(int Status, string Body)> RefreshAsync() => SendAsync("POST", Vault + "/backupFabrics/Azure/refreshContainers", []);

    /// <summary>The codes of what isn't well with an item.</summary>
    public static IEnumerable<string> HealthOf(JsonNode item) => item["healthDetails"]!.AsArray().Select(d => (string)d!["title"]!);

    /// <summary>Backs up now, and gives the job when it is over.</summary>
    public Task<JsonObject> BackUpAsync() => RunAsync(Item + "/backup", new JsonObject { ["objectType"] = "IaasVMBackupRequest" });

    /// <summary>Asks for something that makes a job, and gives the job when it is over.</summary>
    public async Task<JsonObject> RunAsync(string path, JsonObject properties) => await EndedAsync(await BeginAsync(path, properties));

    /// <summary>Asks for a backup; gives its job's name.</summary>
    public Task<string> BeginBackupAsync() => BeginAsync(Item + "/backup", new JsonObject { ["objectType"] = "IaasVMBackupRequest" });

    /// <summary>Asks for something that makes a job; gives the job's name.</summary>
    public async Task<string> BeginAsync(string path, JsonObject properties)
    {
        var before = await JobsAsync();
        var asked = await SendAsync("POST", path, new JsonObject { ["properties"] = properties });
        Assert.True(asked.Status == 202, asked.Body);
        string? job = null;
        await Eventually.TrueAsync("the job is there", async () => (job = (await JobsAsync()).Except(before).SingleOrDefault()) is not null);
        return job!;
    }

    /// <summary>A job when it is over.</summary>
    public async Task<JsonObject> EndedAsync(string job)
    {
        JsonObject? seen = null;
        await Eventually.TrueAsync("the job is over", async () =>
            (string)(seen = await JobAsync(job))["properties"]!["status"]! is not ("InProgress" or "Cancelling"));
        return seen!;
    }

    /// <summary>A job as it is.</summary>
    public Task<JsonObject> JobAsync(string job) => GetAsync($"{Vault}/backupJobs/{job}");

    /// <summary>Asks to cancel a job, whatever is answered; gives the path of the operation where it is accepted.</summary>
    public async Task<(int Status, string Body, string? Operation)> CancelAsync(string job)
    {
        var headers = Path.Combine(node.Folder, "headers");
        var (status, body) = await node.CurlAsync($"{Vault}/backupJobs/{job}/cancel", token, "-g", "-X", "POST", "-D", headers);
        const string name = "azure-asyncoperation:";
        var address = (await File.ReadAllLinesAsync(headers)).FirstOrDefault(l => l.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[name.Length..].Trim();
        return (status, body, address is null ? null : new Uri(address).AbsolutePath);
    }

    public async Task<JsonObject> GetAsync(string path)
    {
        var (status, body) = await node.CurlAsync(path, token, "-g");
        Assert.True(status == 200, body);
        return JsonNode.Parse(body)!.AsObject();
    }

    public Task<(int Status, string Body)> SendAsync(string method, string path, JsonObject body) =>
        node.CurlAsync(path, token, "-g", "-X", method, "-H", "Content-Type: application/json", "-d", body.ToJsonString());

    private async Task<List<string>> JobsAsync() =>
        [.. (await GetAsync(Vault + "/backupJobs"))["value"]!.AsArray().Select(j => (string)j!["name"]!)];
}
