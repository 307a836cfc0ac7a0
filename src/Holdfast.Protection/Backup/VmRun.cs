using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Tpm;
using Holdfast.Vault;

namespace Holdfast.Protection.Backup;

/// <summary>One backup run of a VM: what it has at hand, how it begins and how it ends, whether the VM runs or is off.</summary>
internal sealed record VmRun(
    EngineContext Context, Domain Domain, VmInspection Vm, BackupOptions Options, IProgress<RunProgress>? Progress, List<Fault> Warnings)
{
    /// <summary>The run's clock.</summary>
    public RunClock Clock { get; } = new(Context.Time);

    /// <summary>What defines the VM; null before the snapshot.</summary>
    public VmDefinition? Definition { get; private set; }

    /// <summary>The vault's name for the VM.</summary>
    public SourceId Source { get; } = new(Domain.Uuid);

    /// <summary>Looks at the points and the checkpoints, and plans which disk is read how.</summary>
    public async Task<(Checkpoints Checkpoints, BackupPlan Plan)> PlanAsync(CancellationToken ct)
    {
        var vault = Context.RequiredVault;
        var points = await vault.ListPointsAsync(Source, ct).ConfigureAwait(false);
        var checkpoints = new Checkpoints(Domain, vault.Id);
        var basePoint = checkpoints.FindBase(points, Vm.IsOnline);
        if (basePoint is not null && !Vm.IsOnline)
            basePoint = basePoint with { TrackedTargets = TrackedInImages(basePoint) };
        var newest = points.Count > 0 ? new RecoveryPoint(points[^1], PointDetailsJson.Read(points[^1].Properties)) : null;
        var plan = BackupPlanner.Make(
            Vm.Name, Vm.Disks, newest, basePoint, checkpoints.HasOtherVaults, Options, DiskSpec.DefaultChunkSizeBytes);
        if (InPlaceMark.IsSet(Context.Paths, Domain.Uuid))
            plan = plan with { Disks = [.. plan.Disks.Select(d => d.ReadWhole(BackupFaults.FullAfterInPlaceRestore(Vm.Name)))] };
        Warnings.AddRange(plan.Notices);
        JudgeTpm(newest);
        return (checkpoints, plan);
    }

    /// <summary>Opens the session that the run's data goes to.</summary>
    public async Task<VaultSession> OpenSessionAsync(CancellationToken ct)
    {
        var session = await Context.Effects.RunAsync(
            Effect.OpenSession, () => Context.RequiredVault.OpenSessionAsync(Source, Options.Compression, ct)).ConfigureAwait(false);
        try
        {
            if (Context.Journal is { } journal)
                await journal.SessionOpenedAsync(Source.Value, session.PointId.Value, ct).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>At the instant of the disks: keeps what else is of that instant. Some KiB, in memory alone until they are sealed.</summary>
    public void Capture()
    {
        Vm.Tpm?.Capture();
        Definition = VmDefinition.Capture(Domain, Vm);
    }

    /// <summary>Brings the disks of the snapshot into the session.</summary>
    public async Task<PointWriter> TransferAsync(VaultSession session, IReadOnlyList<SnapshotDisk> disks, TimeSpan freezing, CancellationToken ct)
    {
        var writer = new PointWriter(Context, session, Options, Vm.Name, Progress) { Freezing = freezing };
        await Context.Effects.RunAsync(Effect.Transfer, () => writer.WriteDisksAsync(disks, ct)).ConfigureAwait(false);
        Warnings.AddRange(writer.Warnings);
        return writer;
    }

    /// <summary>Stores the VM's configuration and publishes the point.</summary>
    /// <param name="session">Holds the disks.</param>
    /// <param name="writer">What wrote them.</param>
    /// <param name="plan">What was planned.</param>
    /// <param name="snapshot">The instant that they are of.</param>
    /// <param name="checkpoint">The checkpoint that stands for the point, or null.</param>
    /// <param name="lastCheck">Called just before the commit: throws where the run must not become a point.</param>
    /// <param name="ct">Cancels until the commit begins.</param>
    public async Task<RecoveryPoint> CommitAsync(
        VaultSession session, PointWriter writer, BackupPlan plan, Snapshot snapshot, string? checkpoint, Action lastCheck, CancellationToken ct)
    {
        Progress?.Report(new RunProgress(RunStage.Seal, null, 0, 0, session.Statistics.StoredBytes));
        var saved = await Context.Effects.RunAsync(
            Effect.StoreConfiguration, () => VmConfiguration.StoreAsync(session, Definition!, Vm, ct)).ConfigureAwait(false);
        lastCheck();
        var details = new PointDetails
        {
            Kind = SourceKind.VirtualMachine,
            Name = Vm.Name,
            Host = Context.RequiredHost.HostName,
            Consistency = snapshot.Reached,
            ConsistencyReason = snapshot.WhyLower?.Code.ToString(),
            Checkpoint = checkpoint,
            Online = Vm.IsOnline,
            Disks = writer.Disks,
            Skipped = plan.Skipped,
            Note = Options.Note,
            FrozenMilliseconds = snapshot.Frozen?.TotalMilliseconds,
            DomainXmlAttachment = saved.DomainXml,
            NvramAttachment = saved.Nvram,
            SecretsAttachment = saved.Secrets,
            TpmAttachment = saved.Tpm,
            Addresses = VmAddresses.Collect(Context.RequiredHost, Vm.Xml, snapshot.Interfaces),
        };
        var point = await Context.Effects.RunAsync(
            Effect.CommitPoint, () => session.CommitAsync(PointDetailsJson.Write(details), snapshot.TakenUtc, ct)).ConfigureAwait(false);
        return new RecoveryPoint(point, details);
    }

    /// <summary>What the run achieved.</summary>
    public BackupResult ResultOf(RecoveryPoint point, PointWriter writer, bool degraded, BackupTiming timing) => new(
        point, Options.Consistency, degraded, Warnings, timing with { Phases = writer.Times.WithSeal(timing.Seal) }, writer.ReadBytes, point.Stored.Statistics.StoredBytes, point.Stored.Statistics.NewBytes);

    // What isn't in the point is said. A TPM that had a state at the newest point has lost it since: then nothing is begun.
    private void JudgeTpm(RecoveryPoint? newest)
    {
        var notKept = VmTpm.NotKept(Vm.Xml);
        if (notKept.Count > 0)
            Warnings.Add(BackupFaults.TpmNotInPoint(Vm.Name, notKept));
        if (Vm.Tpm is not { HasState: false } tpm)
            return;
        if (newest?.Details.TpmAttachment is not null)
            tpm.RequireState();
        Warnings.Add(BackupFaults.TpmWithoutState(Vm.Name));
    }

    // Of a VM that is off only the top image's own bitmap is read. It holds everything since the base point only if the image was
    // the top then already: an overlay's bitmap of the same name began later.
    private HashSet<string> TrackedInImages(BasePoint basePoint) =>
    [
        .. Vm.Disks.Where(d => basePoint.TrackedTargets.Contains(d.Target) && d.Chain.Count > 0)
            .Where(d => basePoint.Point.Stored.Disks.FirstOrDefault(s => s.Name == d.Target)?.Identity == d.Chain[0].ToString())
            .Where(d => d.Bitmaps.Any(b => b.Name == basePoint.Checkpoint && b is { IsUsable: true, IsRecording: true }))
            .Select(d => d.Target),
    ];
}
