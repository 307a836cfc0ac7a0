using System.Globalization;
using System.IO.Enumeration;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Cli.Engine;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Inventory;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Verification;
using Holdfast.Vault;

namespace Holdfast.Cli.Remote;

/// <summary>
/// The engine of a node, through its API: commands see no difference. What the API can't express is refused by name, never done in another way than was asked.
/// </summary>
internal sealed class RemoteEngine(RemoteNode node) : IEngine
{
    private const int PrefixLengthMin = 4;
    private const string Machines = "Microsoft.Compute/virtualMachines";

    private IReadOnlyList<ServedItem>? items;
    private IReadOnlyList<Machine>? machines;

    public IReadOnlyList<Fault> StartNotices => [];

    public async Task<IReadOnlyList<VmSummary>> ListVmsAsync(CancellationToken ct)
    {
        var present = new List<VmSummary>();
        var served = (await ItemsAsync(ct)).ToList();
        foreach (var resource in await node.ListResourcesAsync(Machines, native: true, ct))
            present.Add(await SummaryAsync(resource, served, ct));
        var gone = new List<VmSummary>();
        foreach (var item in served.Where(i => present.All(v => v.Uuid != i.SourceId)))
            gone.Add(await GoneAsync(item, ct));
        return [.. present.OrderBy(v => v.Name, StringComparer.Ordinal), .. gone.OrderBy(v => v.Name, StringComparer.Ordinal)];
    }

    public Task<VmSummary> FindVmAsync(string nameOrUuid, CancellationToken ct) => FindAsync(nameOrUuid, preferExisting: false, ct);

    public Task<VmSummary> FindExistingVmAsync(string nameOrUuid, CancellationToken ct) => FindAsync(nameOrUuid, preferExisting: true, ct);

    public async Task<IReadOnlyList<VmSummary>> MatchVmsAsync(string? glob, CancellationToken ct)
    {
        // Names are enough to begin with: what each VM is like the node looks at itself.
        var found = (await ItemsAsync(ct)).Where(i => i.IsProtected && (glob is null || FileSystemName.MatchesSimpleExpression(glob, i.Vm, ignoreCase: false)))
            .Select(i => new VmSummary(i.SourceId, i.Vm, Exists: true, "", [], new VmAgent("", null), null, null)).ToList();
        return found.Count > 0 || glob is null ? found : throw InputFaults.NothingMatches(glob).ToException();
    }

    public async Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        Refuse(
            (options.ConsistencyIsExplicit, "backup --consistency"), (options.Strict, "backup --strict-consistency"), (options.ExcludedDisks.Count > 0, "backup --exclude-disk"),
            (options.Full, "backup --full"), (options.LimitReadBytesPerSecond is not null, "backup --limit-read"),
            (options.Compression != ChunkCompression.Default, "backup --compression"), (options.VerifyAfter, "backup --verify-after"),
            (options.StallAfter != new BackupOptions().StallAfter, "backup --stall-after"),
            (options.Note is not null, "backup --note"), (options.SlowAfter != Protection.Health.SlowJobs.BackupLimit, "backup --slow-after"));
        var item = (await ItemsAsync(ct)).FirstOrDefault(i => i.SourceId == vm) ?? throw NodeFaults.VmNotProtected(await NameAsync(vm, ct)).ToException();
        var properties = new JsonObject { ["objectType"] = "IaasVMBackupRequest" };
        if (options.RetainUntil is { } until)
            properties["recoveryPointExpiryTimeInUTC"] = until.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var job = await node.RunJobAsync(item.Vault, item.Path + "/backup", new JsonObject { ["properties"] = properties }, progress, ct);

        var all = await node.ListPointsAsync(item, CancellationToken.None);
        var name = job.Facts.Properties.GetValueOrDefault(JobFacts.Point);
        var point = (all.FirstOrDefault(p => p.Name == name) ?? throw VaultFaults.PointNotFound(item.Vm, name ?? "-").ToException()).Point;
        var warnings = job.Facts.Warnings.Select(w => w.ToFault()).ToList();
        var degraded = warnings.Any(w => w.Code == AgentFaults.ConsistencyDegraded("", "", "", "").Code);
        var frozen = point.Details.FrozenMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : (TimeSpan?)null;
        return new BackupResult(
            point, options.Consistency, degraded, warnings, new BackupTiming(DurationOf(job), default, frozen, default, default, job.Facts.Times),
            point.ReadBytes, point.Stored.Statistics.StoredBytes, point.Stored.Statistics.NewBytes);
    }

    public async Task<IReadOnlyList<RecoveryPoint>> ListPointsAsync(Guid? source, CancellationToken ct)
    {
        var all = new List<RecoveryPoint>();
        foreach (var item in (await ItemsAsync(ct)).Where(i => source is null || i.SourceId == source))
            all.AddRange((await node.ListPointsAsync(item, ct)).Select(p => p.Point));
        return [.. all.OrderByDescending(p => p.CreatedUtc)];
    }

    public async Task<RecoveryPoint> FindPointAsync(Guid source, string? idOrPrefix, CancellationToken ct)
    {
        var all = await ListPointsAsync(source, ct);
        var name = await NameAsync(source, ct);
        if (idOrPrefix is null)
            return all.Count > 0 ? all[0] : throw VaultFaults.NoPoints(name).ToException();
        var wanted = idOrPrefix.Replace("-", "", StringComparison.Ordinal);
        var found = wanted.Length < PrefixLengthMin ? [] : all.Where(p => p.Id.ToString().StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw VaultFaults.PointNotFound(name, idOrPrefix).ToException(),
            _ => throw VaultFaults.PointAmbiguous(idOrPrefix, found.Select(p => p.Id.ToString())).ToException(),
        };
    }

    public async Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        foreach (var item in await ItemsAsync(ct))
        {
            if ((await node.ListPointsAsync(item, ct)).FirstOrDefault(p => p.Point.Id == point.Id) is not { } served)
                continue;
            var body = await new RestoreRequestBody(node).MakeAsync(served, options, ct);
            var job = await node.RunJobAsync(item.Vault, $"{item.Path}/recoveryPoints/{Uri.EscapeDataString(served.Name)}/restore", body, progress, ct);
            return ResultOf(job, item, options);
        }

        throw VaultFaults.PointNotFound(point.Details.Name, point.Id.ToString()).ToException();
    }

    public Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct) => throw NotOffered("backup --image");

    public Task DeletePointsAsync(IReadOnlyCollection<RecoveryPoint> points, bool evenLast, CancellationToken ct) => throw NotOffered("points delete");

    public Task ProtectPointAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct) => throw NotOffered("points protect");

    public Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct) => throw NotOffered("points prune");

    public Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct) => throw NotOffered("points prune");

    public Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress> progress, CancellationToken ct) => throw NotOffered("verify");

    public Task<VaultInfo> GetVaultInfoAsync(CancellationToken ct) => throw NotOffered("vault info");

    public Task<(VaultImmutability Immutability, RetentionProbe? Store)> SetImmutabilityAsync(VaultImmutability immutability, CancellationToken ct) => throw NotOffered("vault lock");

    public Task<VaultStatistics> GetVaultStatisticsAsync(IProgress<GcProgress> progress, CancellationToken ct) => throw NotOffered("vault stats");

    public Task<GcResult> CollectGarbageAsync(GcOptions options, IProgress<GcProgress> progress, CancellationToken ct) => throw NotOffered("vault gc");

    public Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<VerifyProgress> progress, CancellationToken ct) => throw NotOffered("vault scrub");

    public Task<VaultCopyReport> CopyAsync(
        string to, string passphrase, IReadOnlyList<RecoveryPoint> points, IProgress<VaultCopyProgress> progress, CancellationToken ct) => throw NotOffered("vault copy");

    public Task<(int Packs, int Segments)> RebuildIndexAsync(CancellationToken ct) => throw NotOffered("vault rebuild-index");

    public Task<KeySlot> RotatePassphraseAsync(string slot, string passphrase, CancellationToken ct) => throw NotOffered("vault key");

    public Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct) => throw NotOffered("vault key");

    public Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct) => throw NotOffered("vault key");

    public Task<(KeySlot Slot, string RecoveryKey)> AddRecoveryKeyAsync(string label, CancellationToken ct) => throw NotOffered("vault key");

    public Task<(KeySlot Slot, string RecoveryKey)> RenewDataKeyAsync(string passphrase, CancellationToken ct) => throw NotOffered("vault key");

    public Task RemoveKeySlotAsync(string slot, CancellationToken ct) => throw NotOffered("vault key");

    public ValueTask DisposeAsync()
    {
        node.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Refuses what the API has no words for.</summary>
    internal static void Refuse(params ReadOnlySpan<(bool IsAsked, string What)> wishes)
    {
        foreach (var (isAsked, what) in wishes)
        {
            if (isAsked)
                throw NotOffered(what);
        }
    }

    private static FaultException NotOffered(string what) => NodeFaults.NotThroughNode(what).ToException();

    private static TimeSpan DurationOf(ServedJob job) => (job.Facts.EndUtc ?? job.Facts.StartUtc) - (job.Facts.BegunUtc ?? job.Facts.StartUtc);

    private static RestoreResult ResultOf(ServedJob job, ServedItem item, RestoreOptions options)
    {
        var facts = job.Facts.Properties;
        var images = facts.Where(p => p.Key.StartsWith(JobFacts.RestoredImage, StringComparison.Ordinal))
            .ToDictionary(p => p.Key[JobFacts.RestoredImage.Length..], p => p.Value);
        var name = options switch { RestoreAsNew asNew => asNew.NewName, RestoreInPlace => item.Vm, _ => null };
        return new RestoreResult(
            Guid.TryParse(facts.GetValueOrDefault(JobFacts.RestoredVm), out var uuid) ? uuid : null, name, images,
            long.TryParse(facts.GetValueOrDefault(JobFacts.WrittenBytes), CultureInfo.InvariantCulture, out var written) ? written : 0, DurationOf(job),
            [.. job.Facts.Warnings.Select(w => w.ToFault())], job.Facts.Times);
    }

    private async Task<VmSummary> FindAsync(string nameOrUuid, bool preferExisting, CancellationToken ct)
    {
        var served = await ItemsAsync(ct);
        var present = await MachinesAsync(ct);
        var all = present.Select(m => (m.Uuid, m.Name, Machine: (Machine?)m, Item: served.FirstOrDefault(i => i.SourceId == m.Uuid)))
            .Concat(served.Where(i => present.All(m => m.Uuid != i.SourceId)).Select(i => (Uuid: i.SourceId, Name: i.Vm, Machine: (Machine?)null, Item: (ServedItem?)i))).ToList();
        IReadOnlyList<(Guid Uuid, string Name, Machine? Machine, ServedItem? Item)> found = [.. all.Where(v => v.Name == nameOrUuid)];
        if (found.Count == 0 && Guid.TryParse(nameOrUuid, out var uuid))
            found = [.. all.Where(v => v.Uuid == uuid)];
        found = preferExisting
            ? SameName.ByExistence(found, v => v.Machine is not null)
            : SameName.ByPoints(found, v => v.Item is not null, v => v.Machine is not null);
        return found switch
        {
            [{ Machine: { } machine }] => await SummaryAsync(await node.Connection.GetAsync(machine.Path, native: true, ct), served, ct),
            [{ Item: { } item }] => await GoneAsync(item, ct),
            [] => throw BackupFaults.VmNotFound(nameOrUuid, node.Connection.Endpoint.Name).ToException(),
            _ when found.All(v => v.Machine is null) => throw VaultFaults.SourceAmbiguous(nameOrUuid, found.Select(v => v.Uuid.ToString("D"))).ToException(),
            _ => throw BackupFaults.VmNameAmbiguous(nameOrUuid, found.Select(v => $"{v.Uuid:D} ({(v.Machine is null ? VmStateText.Gone : v.Machine.Path)})")).ToException(),
        };
    }

    private async Task<VmSummary> SummaryAsync(JsonObject resource, IReadOnlyList<ServedItem> served, CancellationToken ct)
    {
        var machine = MachineOf(resource);
        var points = served.FirstOrDefault(i => i.SourceId == machine.Uuid) is { } item ? await node.ListPointsAsync(item, ct) : [];

        // The node couldn't look into a VM that went away meanwhile, or whose host did.
        var facts = node.TryFactsOf(resource, NativeJson.Default.NativeVm) ?? new NativeVm("no state", "unknown", null, []);
        return facts.ToSummary(machine.Uuid, machine.Name, points.Count > 0 ? points[0].Point : null, points.Count);
    }

    private async Task<VmSummary> GoneAsync(ServedItem item, CancellationToken ct)
    {
        var points = await node.ListPointsAsync(item, ct);
        var last = points.Count > 0 ? points[0].Point : null;
        return new VmSummary(
            item.SourceId, item.Vm, Exists: false, VmStateText.Gone,
            [.. last?.Details.Disks.Select(d => new VmDisk(d.Target, "disk", d.Format, d.SourcePath, d.SizeBytes, Trackable: false, null)) ?? []],
            new VmAgent("unknown", null), last, points.Count);
    }

    private async Task<string> NameAsync(Guid vm, CancellationToken ct) =>
        (await ItemsAsync(ct)).FirstOrDefault(i => i.SourceId == vm)?.Vm ?? (await MachinesAsync(ct)).FirstOrDefault(m => m.Uuid == vm)?.Name ?? vm.ToString();

    private async Task<IReadOnlyList<ServedItem>> ItemsAsync(CancellationToken ct) => items ??= await node.ListItemsAsync(ct);

    private async Task<IReadOnlyList<Machine>> MachinesAsync(CancellationToken ct) =>
        machines ??= [.. (await node.ListResourcesAsync(Machines, native: false, ct)).Select(MachineOf)];

    private Machine MachineOf(JsonObject resource) => new(
        NodeConnection.PathOf(node.TextOf(resource["id"])), node.TextOf(resource["name"]),
        Guid.TryParse(node.TextOf(resource["properties"]?["vmId"]), out var uuid) ? uuid : throw node.Connection.Unreadable());

    private sealed record Machine(string Path, string Name, Guid Uuid);
}
