using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Api.Jobs;
using Holdfast.ControlPlane.Jobs;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;

namespace Holdfast.Api.Tests.Jobs;

/// <summary>The history of jobs as files, found as Azure's SDKs find it.</summary>
public sealed class JobExportTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private static readonly DateTimeOffset Begun = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_export_gives_the_addresses_of_its_files_and_these_the_jobs_that_were_asked_for()
    {
        await EnsureVaultAsync();
        await world.FollowAsync("PUT", world.I, world.EnableBody());
        await world.FollowAsync("POST", world.I + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}""");

        var all = await ExportAsync("");
        var jobs = await FileAsync(all, "blobUrl");
        Assert.Equal(["Backup", "ConfigureBackup"], jobs.AsArray().Select(j => (string)j!["properties"]!["operation"]!));
        Assert.NotNull(jobs[0]!["properties"]!["extendedInfo"]!["tasksList"]);
        var job = (string)jobs[0]!["name"]!;

        var backups = await ExportAsync("&$filter=operation eq 'Backup' and status eq 'InProgress'");
        Assert.Equal(job, (string)Assert.Single((await FileAsync(backups, "blobUrl")).AsArray())!["name"]!);
        var none = await ExportAsync("&$filter=operation eq 'CrossRegionRestore'");
        Assert.Empty((await FileAsync(none, "blobUrl")).AsArray());

        // What began later isn't in it.
        await world.SendAsync("POST", $"{world.V}/backupJobs/{job}/cancel");
        await world.FollowAsync("POST", world.I + "/backup", """{"properties":{"objectType":"IaasVMBackupRequest"}}""");
        Assert.Equal(2, (await FileAsync(all, "blobUrl")).AsArray().Count);

        var table = await world.SendAsync("GET", new Uri((string)all["excelFileBlobUrl"]!).PathAndQuery);
        Assert.Equal("text/csv", table.Content.Headers.ContentType!.MediaType);
        var rows = (await table.Content.ReadAsStringAsync(ApiWorld.Ct)).TrimEnd().Split("\r\n");
        Assert.Equal(3, rows.Length);
        Assert.StartsWith($"{job},test,Backup,Cancelled,", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_refused_for_what_isnt_one_and_for_filters_that_cannot_be_read()
    {
        await EnsureVaultAsync();
        Assert.Equal("ResourceNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", $"{world.V}/backupJobs/operationResults/{Guid.NewGuid()}/jobs.json"));
        var refresh = await world.SendAsync("POST", world.V + "/backupFabrics/Azure/refreshContainers");
        var other = refresh.Headers.Location!.AbsolutePath.Split('/')[^1];
        Assert.Equal("ResourceNotFound", await world.RefusedAsync(HttpStatusCode.NotFound, "GET", $"{world.V}/backupJobs/operationResults/{other}/jobs.csv"));
        await world.RefusedAsync(HttpStatusCode.BadRequest, "POST", world.V + "/backupJobsExport?$filter=colour eq 'red'");
    }

    [Fact]
    public async Task A_table_keeps_commas_and_quotes_and_turns_no_name_into_a_formula()
    {
        using var stream = new MemoryStream();
        await JobExport.WriteCsvAsync(stream, ListAsync(Job("=cmd|' /C calc'!A0"), Job("""a,"b" c""")), Shape(), ApiWorld.Ct);
        var rows = System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split("\r\n");
        Assert.StartsWith("\uFEFFjobId,entityFriendlyName,operation,status", rows[0], StringComparison.Ordinal);
        Assert.Contains(",'=cmd|' /C calc'!A0,Backup,Failed,", rows[1], StringComparison.Ordinal);
        Assert.Contains(",\"a,\"\"b\"\" c\",Backup,Failed,", rows[2], StringComparison.Ordinal);
        Assert.Contains(",HoldfastJobCancelFailed,", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_jobs_are_an_empty_list_and_a_table_without_rows()
    {
        using var json = new MemoryStream();
        await JobExport.WriteJsonAsync(json, ListAsync(), Shape(), ApiWorld.Ct);
        Assert.Empty(JsonNode.Parse(json.ToArray())!.AsArray());
        using var csv = new MemoryStream();
        await JobExport.WriteCsvAsync(csv, ListAsync(), Shape(), ApiWorld.Ct);
        Assert.Equal(1, System.Text.Encoding.UTF8.GetString(csv.ToArray()).Count(c => c == '\n'));
    }

    private static JobRow Job(string vm) => new()
    {
        JobId = Guid.NewGuid(), VaultId = Guid.Empty, ItemId = Guid.Empty, Operation = JobOperation.Backup, Status = JobStatus.Failed, Phase = JobPhase.Ended,
        EntityName = vm, ContainerName = "", ActivityId = "", Request = "{}", StartUtc = Begun, EndUtc = Begun.AddMinutes(1), Error = ServiceFaults.JobCancelFailed(),
    };

    private static JobShape Shape() => new(
        new VaultRow
        {
            VaultId = Guid.Empty, SubscriptionId = "s", ResourceGroup = "g", ResourceGroupKey = "g", Name = "v", NameKey = "v", Location = "local", StorePath = "",
        },
        FaultLanguage.English, Begun);

    private static async IAsyncEnumerable<JobRow> ListAsync(params JobRow[] jobs)
    {
        foreach (var job in jobs)
            yield return await ValueTask.FromResult(job);
    }

    private async Task EnsureVaultAsync()
    {
        if ((await world.SendAsync("GET", world.V)).StatusCode != HttpStatusCode.OK)
            await world.CreateVaultAsync();
    }

    private async Task<JsonNode> ExportAsync(string filter)
    {
        var accepted = await world.SendAsync("POST", world.V + "/backupJobsExport?api-version=2023-06-01" + filter);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var status = await world.GetAsync(new Uri(accepted.Headers.GetValues("Azure-AsyncOperation").Single()).PathAndQuery);
        Assert.Equal("Succeeded", (string)status["status"]!);
        var result = await world.GetAsync(accepted.Headers.Location!.PathAndQuery);
        Assert.Equal("OK", (string)result["statusCode"]!);
        Assert.Equal("ExportJobsOperationResultInfo", (string)result["operation"]!["objectType"]!);
        return result["operation"]!;
    }

    private Task<JsonNode> FileAsync(JsonNode export, string url) => world.GetAsync(new Uri((string)export[url]!).PathAndQuery);
}
