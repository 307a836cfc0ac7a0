using System.Text;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Inventory;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Verification;
using Holdfast.Vault;

namespace Holdfast.Cli.Tests;

/// <summary>Stands where the engine is, so that the command line alone is tried.</summary>
internal sealed class FakeEngine : IEngine, IEngineFactory
{
    public const string RecoveryKey = "AAAA-BBBB-CCCC";

    public List<VmSummary> Vms { get; } = [Vm("web1", 1), Vm("web2", 2), Vm("db1", 3)];
    public Func<Guid, BackupResult> Backup { get; set; } = vm => Result(vm, degraded: false);
    public List<BackupOptions> Asked { get; } = [];
    public string? InitPassphrase { get; private set; }
    public Fault? InitFault { get; set; }
    public Action Opening { get; set; } = () => { };
    public string? CopyPassphrase { get; private set; }

    public IReadOnlyList<Fault> StartNotices => [];

    public static Guid Uuid(int n) => new(n, 0, 0, new byte[8]);

    public static VmSummary Vm(string name, int n) => new(
        Uuid(n), name, true, "running", [new("vda", "disk", "qcow2", "/images/" + name, 1 << 30, true, null)], new("connected", "7.2"), null, 0);

    public static RecoveryPoint Point(Guid vm, string name = "web1") => new(
        new Point(new VaultId(Uuid(99)), new SourceId(vm), new PointId(Uuid(42)), DateTimeOffset.UnixEpoch, [], [],
            Encoding.UTF8.GetBytes("{}"), new PointStatistics(1 << 30, 1 << 20, 0, 4096, 2048), RetentionMark.None),
        new PointDetails
        {
            Kind = SourceKind.VirtualMachine, Name = name, Host = "host", Consistency = Consistency.FileSystem,
            Disks = [new("vda", "qcow2", "/images/a", 1 << 30, ReadMode.Incremental, null, "00", 1 << 20)],
        });

    public static BackupResult Result(Guid vm, bool degraded) => new(
        Point(vm), Consistency.FileSystem, degraded, degraded ? [AgentFaults.AgentNotConnected("web1")] : [],
        new BackupTiming(TimeSpan.FromSeconds(3), default, TimeSpan.FromMilliseconds(120), default, default), 1 << 20, 2048, 4096);

    public Task<IEngine> OpenAsync(Settings settings, EngineNeeds needs, Reporter report, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Opening();
        return Task.FromResult<IEngine>(this);
    }

    public INode? Node { get; set; }

    public INode Connect(Settings settings) => Node ?? throw NodeFaults.NodeNotNamed().ToException();

    public INode? TryConnect(Settings settings) => Node;

    public void CheckPlaceForVault(string path)
    {
        if (InitFault is not null)
        {
            throw InitFault.ToException();
        }
    }

    public Task<(string Vault, string RecoveryKey)> InitVaultAsync(Settings settings, string path, string passphrase, CancellationToken ct)
    {
        InitPassphrase = passphrase;
        return Task.FromResult((new VaultId(Uuid(99)).ToString(), RecoveryKey));
    }

    public Task<IReadOnlyList<VmSummary>> ListVmsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<VmSummary>>(Vms);

    public Task<VmSummary> FindVmAsync(string nameOrUuid, CancellationToken ct) =>
        Task.FromResult(Vms.FirstOrDefault(v => v.Name == nameOrUuid) ?? throw BackupFaults.VmNotFound(nameOrUuid, "qemu:///system").ToException());

    public Task<VmSummary> FindExistingVmAsync(string nameOrUuid, CancellationToken ct) => FindVmAsync(nameOrUuid, ct);

    public Task<IReadOnlyList<VmSummary>> MatchVmsAsync(string? glob, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<VmSummary>>([.. Vms.Where(v => glob is null || v.Name.StartsWith(glob.TrimEnd('*'), StringComparison.Ordinal))]);

    public Task<BackupResult> BackupVmAsync(Guid vm, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct)
    {
        Asked.Add(options);
        progress.Report(new(RunStage.Transfer, "vda", 1, 2, 0));
        return Task.FromResult(Backup(vm));
    }

    public Task<BackupResult> BackupImageAsync(
        string path, string? name, string? format, BackupOptions options, IProgress<RunProgress> progress, CancellationToken ct) =>
        BackupVmAsync(Uuid(7), options, progress, ct);

    public Task<IReadOnlyList<RecoveryPoint>> ListPointsAsync(Guid? source, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<RecoveryPoint>>([Point(source ?? Uuid(1))]);

    public Task<RecoveryPoint> FindPointAsync(Guid source, string? idOrPrefix, CancellationToken ct) => Task.FromResult(Point(source));

    public Task DeletePointsAsync(IReadOnlyCollection<RecoveryPoint> points, bool evenLast, CancellationToken ct) => Task.CompletedTask;

    public Task ProtectPointAsync(RecoveryPoint point, RetentionMark mark, CancellationToken ct) => Task.CompletedTask;

    public Task<IReadOnlyList<PruneDecision>> PlanPruneAsync(Guid source, PruneRule rule, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<PruneDecision>>([new(Point(source), false, [])]);

    public Task<IReadOnlyList<RecoveryPoint>> PruneAsync(IReadOnlyList<PruneDecision> decisions, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<RecoveryPoint>>([.. decisions.Select(d => d.Point)]);

    public Task<RestoreResult> RestoreAsync(RecoveryPoint point, RestoreOptions options, IProgress<RunProgress> progress, CancellationToken ct) =>
        Task.FromResult(new RestoreResult(Uuid(8), "new", new Dictionary<string, string> { ["vda"] = "/r/vda.qcow2" }, 4096, TimeSpan.FromSeconds(2), []));

    public Task<VerifyResult> VerifyAsync(IReadOnlyList<RecoveryPoint> points, IProgress<RunProgress> progress, CancellationToken ct)
    {
        var report = new VerifyReport(1, 10, 1, 4096, [new(default, "pack/x", "hash differs")], [], [new(points[0].Id, points[0].Stored.SourceId, "vda", 1)], []);
        return Task.FromResult(new VerifyResult(report, VerifyService.FaultsOf(report, points), TimeSpan.FromSeconds(1)));
    }

    public Task<VaultCopyReport> CopyAsync(
        string to, string passphrase, IReadOnlyList<RecoveryPoint> points, IProgress<VaultCopyProgress> progress, CancellationToken ct)
    {
        CopyPassphrase = passphrase;
        return Task.FromResult(new VaultCopyReport([points[0].Id], 1, 100, 50));
    }

    public Task<(int Packs, int Segments)> RebuildIndexAsync(CancellationToken ct) => Task.FromResult((2, 1));

    public Task<ScrubReport> ScrubAsync(ScrubOptions options, IProgress<VerifyProgress> progress, CancellationToken ct) =>
        Task.FromResult(new ScrubReport(1, 100, 2, 200, null, [], []));

    public Task<StoreProbeReport> ProbeStoreAsync(Settings settings, string path, CancellationToken ct) => Task.FromResult(
        new StoreProbeReport(Enum.GetValues<StoreCheck>(), TimeSpan.FromSeconds(1.5), new RetentionProbe(RetentionSupport.NotEnforced, "Not enforced here.")));

    public Task<HashReport> CheckHashesAsync(Settings settings, string path, long? bytesPerSecond, IProgress<VerifyProgress> progress, CancellationToken ct) =>
        Task.FromResult(new HashReport(1, 2, 100, ["packs/x"]));

    public Task<KeySlot> RotatePassphraseAsync(string slot, string passphrase, CancellationToken ct) =>
        Task.FromResult(new KeySlot("aa77", KeySlotKind.Passphrase, "first", DateTimeOffset.UnixEpoch, 1));

    public Task<VaultInfo> GetVaultInfoAsync(CancellationToken ct) =>
        Task.FromResult(new VaultInfo(new VaultId(Uuid(99)), DateTimeOffset.UnixEpoch, 1, 2, 3, 4, 5, 0, 0));

    public Task<(VaultImmutability Immutability, RetentionProbe? Store)> SetImmutabilityAsync(VaultImmutability immutability, CancellationToken ct) =>
        Task.FromResult((immutability, (RetentionProbe?)null));

    public Task<VaultStatistics> GetVaultStatisticsAsync(IProgress<GcProgress> progress, CancellationToken ct) =>
        Task.FromResult(new VaultStatistics(2, 8192, 4096, 2048, 1024, 100, 2000, []));

    public Task<GcResult> CollectGarbageAsync(GcOptions options, IProgress<GcProgress> progress, CancellationToken ct) => Task.FromResult(new GcResult
    {
        DryRun = options.DryRun, PointsMarked = 2, PacksCondemned = 3, CondemnedBytes = 4096, DroppableFrom = DateTimeOffset.UnixEpoch + options.Grace,
    });

    public Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<KeySlot>>([new("ab12", KeySlotKind.Passphrase, "first", DateTimeOffset.UnixEpoch, 1)]);

    public Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct) =>
        Task.FromResult(new KeySlot("cd34", KeySlotKind.Passphrase, label, DateTimeOffset.UnixEpoch, 1));

    public Task<(KeySlot Slot, string RecoveryKey)> AddRecoveryKeyAsync(string label, CancellationToken ct) =>
        Task.FromResult((new KeySlot("ef56", KeySlotKind.RecoveryKey, label, DateTimeOffset.UnixEpoch, 0), RecoveryKey));

    public Task<(KeySlot Slot, string RecoveryKey)> RenewDataKeyAsync(string passphrase, CancellationToken ct) =>
        Task.FromResult((new KeySlot("bb88", KeySlotKind.Passphrase, "passphrase", DateTimeOffset.UnixEpoch, 1), RecoveryKey));

    public Task RemoveKeySlotAsync(string slot, CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
