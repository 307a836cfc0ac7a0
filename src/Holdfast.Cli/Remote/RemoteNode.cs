using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api.Native;
using Holdfast.Cli.Engine;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;
using Holdfast.Protection.Backup;

namespace Holdfast.Cli.Remote;

/// <summary>A node's vaults, protected items and jobs, through its API.</summary>
internal sealed partial class RemoteNode(NodeConnection connection, TimeProvider time) : INode
{
    private static readonly FaultCode Unreachable = NodeFaults.NodeUnreachable("", "").Code;
    private static readonly FaultCode NoSuchJob = ServiceFaults.JobNotFound("", "").Code;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private IReadOnlyList<string>? subscriptions;
    private IReadOnlyList<ServedVault>? vaults;

    public NodeConnection Connection => connection;

    /// <summary>The facts of a resource that only the native view has.</summary>
    public T FactsOf<T>(JsonObject resource, JsonTypeInfo<T> type)
        where T : class => TryFactsOf(resource, type) ?? throw connection.Unreadable();

    public T? TryFactsOf<T>(JsonObject resource, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return resource["properties"]?[NativeView.Member]?.Deserialize(type);
        }
        catch (JsonException)
        {
            throw connection.Unreadable();
        }
    }

    public string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw connection.Unreadable();

    /// <summary>Resources of a type in all subscriptions that the caller sees.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListResourcesAsync(string type, bool native, CancellationToken ct)
    {
        var all = new List<JsonObject>();
        foreach (var subscription in await SubscriptionsAsync(ct))
            all.AddRange(await connection.ListAsync($"/subscriptions/{Uri.EscapeDataString(subscription)}/providers/{type}", native, ct));
        return all;
    }

    public async Task<IReadOnlyList<ServedVault>> ListVaultsAsync(CancellationToken ct)
    {
        if (vaults is not null)
            return vaults;
        var all = (await ListResourcesAsync("Microsoft.RecoveryServices/vaults", native: true, ct)).Select(v => new ServedVault(
            TextOf(v["id"]), TextOf(v["name"]), FactsOf(v, NativeJson.Default.NativeVault).VaultId, TextOf(v["location"]),
            TextOf(v["properties"]?["securitySettings"]?["softDeleteSettings"]?["softDeleteState"])));
        vaults = connection.Endpoint.Vault is { } wanted
            ? [.. all.Where(v => v.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase) || v.VaultId.ToString().Equals(wanted, StringComparison.OrdinalIgnoreCase))] : [.. all];
        return vaults.Count > 0 || connection.Endpoint.Vault is null ? vaults : throw VaultFaults.VaultNotFound(connection.Endpoint.Vault).ToException();
    }

    /// <summary>What the vaults protect, or keep points of.</summary>
    public async Task<IReadOnlyList<ServedItem>> ListItemsAsync(CancellationToken ct)
    {
        var all = new List<ServedItem>();
        foreach (var vault in await ListVaultsAsync(ct))
            all.AddRange((await connection.ListAsync(NodeConnection.PathOf(vault.Id) + "/backupProtectedItems", native: true, ct)).Select(i => ItemOf(vault, i)));
        return all;
    }

    public async Task<ServedRebinding> FindRebindingAsync(string vm, CancellationToken ct)
    {
        var item = await FindItemAsync(vm, ct);
        return new ServedRebinding(item.Path, item.Vault.Name, item.Vm, item.SourceId, item.Proposed);
    }

    public async Task<ServedProtection> FindProtectionAsync(string vm, CancellationToken ct)
    {
        var item = await FindItemAsync(vm, ct);
        return new ServedProtection(item.Path, item.Vault.Name, item.Vm, item.RefusesGuestPrograms);
    }

    public Task AllowGuestProgramsAsync(ServedProtection item, bool isAllowed, CancellationToken ct) =>
        connection.PostAsync(item.Path + "/guestPrograms", new JsonObject { ["properties"] = new JsonObject { ["allowed"] = isAllowed } }, ct);

    public Task RebindAsync(ServedRebinding item, Guid to, CancellationToken ct) =>
        connection.PostAsync(item.Path + "/rebind", new JsonObject { ["properties"] = new JsonObject { ["vmId"] = to.ToString("D") } }, ct);

    /// <summary>An item's points with their names, newest first.</summary>
    public async Task<IReadOnlyList<ServedPoint>> ListPointsAsync(ServedItem item, CancellationToken ct)
    {
        var all = await connection.ListAsync(item.Path + "/recoveryPoints", native: true, ct);
        try
        {
            return [.. all.Select(p => new ServedPoint(item, TextOf(p["name"]), FactsOf(p, NativeJson.Default.PointFacts).ToPoint()))];
        }
        catch (FormatException)
        {
            throw connection.Unreadable();
        }
    }

    public async Task<IReadOnlyList<ServedJob>> ListJobsAsync(string? operation, string? status, int max, CancellationToken ct)
    {
        var terms = new[] { ("operation", operation), ("status", status) }.Where(t => t.Item2 is not null).Select(t => $"{t.Item1} eq '{t.Item2}'");
        var filter = Uri.EscapeDataString(string.Join(" and ", terms));
        var all = new List<ServedJob>();
        foreach (var vault in await ListVaultsAsync(ct))
        {
            var jobs = await connection.ListAsync($"{NodeConnection.PathOf(vault.Id)}/backupJobs{(filter.Length > 0 ? "?$filter=" + filter : "")}", native: true, ct, max);
            all.AddRange(jobs.Select(JobOf));
        }

        return [.. all.OrderByDescending(j => j.Facts.StartUtc).Take(max)];
    }

    public async Task<ServedJob> FindJobAsync(string id, CancellationToken ct)
    {
        var all = await ListVaultsAsync(ct);
        foreach (var vault in all)
        {
            try
            {
                return JobOf(await connection.GetAsync($"{NodeConnection.PathOf(vault.Id)}/backupJobs/{Uri.EscapeDataString(id)}", native: true, ct));
            }
            catch (FaultException e) when (e.Fault.Code == NoSuchJob)
            {
                // It may be another vault's.
            }
        }

        throw ServiceFaults.JobNotFound(id, string.Join(", ", all.Select(v => v.Name))).ToException();
    }

    public Task CancelJobAsync(ServedJob job, CancellationToken ct) => connection.StartAsync(job.Path + "/cancel", null, ct);

    public async Task<ServedJob> WaitJobAsync(ServedJob job, IProgress<RunProgress> progress, CancellationToken ct)
    {
        var seen = time.GetTimestamp();
        while (true)
        {
            progress.Report(JobProgressOf.Run(job.Facts));
            if (job.Facts.Phase == JobPhase.Ended)
                return job;
            await Task.Delay(LookEvery, time, ct);
            try
            {
                job = JobOf(await connection.GetAsync(job.Path, native: true, ct));
                seen = time.GetTimestamp();
            }
            catch (FaultException e) when (e.Fault.Code == Unreachable && time.GetElapsedTime(seen) < Patience)
            {
                // The job goes on without this command: a node that is started anew answers again.
            }
        }
    }

    /// <summary>Asks for what a job does, and follows it. If this is cancelled, so is the job; past its point of no return it is followed to its end.</summary>
    /// <returns>The job, done.</returns>
    /// <exception cref="FaultException">Why it wasn't begun or failed.</exception>
    public async Task<ServedJob> RunJobAsync(ServedVault vault, string path, JsonObject body, IProgress<RunProgress> progress, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();

        // From here on there may be a job, which a cancelled request would leave running unseen.
        var status = await connection.StartAsync(path, body, CancellationToken.None);
        var operation = await connection.GetAsync(status, native: true, CancellationToken.None);
        var id = TextOf(operation["properties"]?["jobId"]);
        var job = JobOf(await connection.GetAsync($"{NodeConnection.PathOf(vault.Id)}/backupJobs/{Uri.EscapeDataString(id)}", native: true, CancellationToken.None));
        try
        {
            job = await WaitJobAsync(job, progress, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            job = await EndAsync(job, progress);
        }

        return job.Facts.Status switch
        {
            JobStatus.Completed or JobStatus.CompletedWithWarnings => job,
            JobStatus.Cancelled => throw InputFaults.Cancelled().ToException(),
            _ => throw (job.Facts.Error?.ToFault() ?? NodeFaults.NodeAnswered(connection.Endpoint.Name, job.Facts.Status.ToString(), "the job " + job.Id)).ToException(),
        };
    }

    public void Dispose() => connection.Dispose();

    private async Task<ServedJob> EndAsync(ServedJob job, IProgress<RunProgress> progress)
    {
        try
        {
            await CancelJobAsync(job, CancellationToken.None);
        }
        catch (FaultException e) when (e.Fault.Code != Unreachable)
        {
            // Too late: what it comes to is told.
        }

        return await WaitJobAsync(job, progress, CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> SubscriptionsAsync(CancellationToken ct) =>
        subscriptions ??= [.. (await connection.ListAsync("/subscriptions", native: true, ct)).Select(s => TextOf(s["subscriptionId"]))];

    private async Task<ServedItem> FindItemAsync(string vm, CancellationToken ct)
    {
        var items = await ListItemsAsync(ct);
        var found = items.Where(i => i.Vm == vm).ToList();
        if (found.Count == 0 && Guid.TryParse(vm, out var uuid))
            found = [.. items.Where(i => i.SourceId == uuid)];
        return found switch
        {
            [var item] => item,
            [] => throw BackupFaults.VmNotFound(vm, connection.Endpoint.Name).ToException(),
            _ => throw BackupFaults.VmNameAmbiguous(vm, found.Select(i => $"{i.SourceId:D} ({i.Vault.Name})")).ToException(),
        };
    }

    private ServedItem ItemOf(ServedVault vault, JsonObject item)
    {
        var facts = FactsOf(item, NativeJson.Default.NativeItem);
        return new ServedItem(
            NodeConnection.PathOf(TextOf(item["id"])), vault, TextOf(item["properties"]?["friendlyName"]), TextOf(item["properties"]?["sourceResourceId"]),
            TextOf(item["properties"]?["protectionState"]), facts.SourceId, facts.ProposedSourceId, facts.RefusesGuestPrograms);
    }

    private ServedJob JobOf(JsonObject job) => new(NodeConnection.PathOf(TextOf(job["id"])), TextOf(job["name"]), FactsOf(job, NativeJson.Default.NativeJob));
}
