using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The API by curl, about one VM in one vault.</summary>
internal sealed class ApiClient(ServedNode node, string token, string vm)
{
    public string Subscription { get; } = "/subscriptions/" + (string)node.InitialCredential()["subscription"]!;

    public string Vault => Subscription + "/resourceGroups/holdfast/providers/Microsoft.RecoveryServices/vaults/v1";

    public string Item => $"{Vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;holdfast;{vm}/protectedItems/VM;iaasvmcontainerv2;holdfast;{vm}";

    public async Task ProtectAsync()
    {
        var enabled = await TryProtectAsync();
        Assert.True(enabled.Status == 202, enabled.Body);
    }

    /// <summary>Makes the vault and asks for the VM's protection, whatever is answered.</summary>
    public async Task<(int Status, string Body)> TryProtectAsync()
    {
        var made = await SendAsync("PUT", Vault, new JsonObject { ["location"] = "local", ["sku"] = new JsonObject { ["name"] = "Standard" }, ["properties"] = new JsonObject() });
        Assert.True(made.Status is 200 or 201 or 202, made.Body);
        return await SendAsync("PUT", Item, new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["protectedItemType"] = "Microsoft.Compute/virtualMachines",
                ["sourceResourceId"] = Subscription + "/resourceGroups/holdfast/providers/Microsoft.Compute/virtualMachines/" + vm,
                ["policyId"] = Vault + "/backupPolicies/DefaultPolicy",
            },
        });
    }

    /// <summary>Backs up now, and gives the job when it is over.</summary>
    public Task<JsonObject> BackUpAsync() => RunAsync(Item + "/backup", new JsonObject { ["objectType"] = "IaasVMBackupRequest" });

    /// <summary>Asks for something that makes a job, and gives the job when it is over.</summary>
    public async Task<JsonObject> RunAsync(string path, JsonObject properties)
    {
        var before = await JobsAsync();
        var asked = await SendAsync("POST", path, new JsonObject { ["properties"] = properties });
        Assert.True(asked.Status == 202, asked.Body);
        JsonObject? job = null;
        await Eventually.TrueAsync("the job is over", async () =>
        {
            var name = (await JobsAsync()).Except(before).SingleOrDefault();
            job = name is null ? null : await GetAsync($"{Vault}/backupJobs/{name}");
            return job is not null && (string)job["properties"]!["status"]! is not ("InProgress" or "Cancelling");
        });
        return job!;
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
