namespace Holdfast.Vault;

/// <summary>
/// One writer's run, which makes one point or nothing. Disposing it uncommitted is the abort: all it stored is deleted.
/// </summary>
/// <remarks>After any failure of a member the session can only be disposed. Disks are written one after the other.</remarks>
public sealed class VaultSession : IAsyncDisposable
{
    private readonly BackupVault _vault;
    private readonly CommittedSessions _bases;
    private readonly SessionStore _store;
    private readonly ChunkPipeline _pipeline;
    private readonly Heartbeat _heartbeat;
    private readonly SessionCounters _counters;
    private readonly List<PointDisk> _disks = [];
    private readonly List<(string Name, byte[] Content)> _attachments = [];
    private DiskWriter? _open;
    private byte[]? _attempted;
    private bool _committed;
    private bool _disposed;

    internal VaultSession(BackupVault vault, SourceId source, PointId point, CommittedSessions committed, ChunkCompression compression)
    {
        (_vault, SourceId, PointId, _bases) = (vault, source, point, committed);
        _store = new SessionStore(vault.Store, vault.Keys, vault.Index, vault.Options, vault.Cache, source, point);
        _counters = new SessionCounters(Math.Max(1, vault.Options.Parallelism));
        _pipeline = new ChunkPipeline(_store, vault.Keys, _counters, vault.Options, compression);
        _heartbeat = new Heartbeat(vault.Store, point, vault.Options.HeartbeatInterval, vault.Options.TimeProvider);
    }

    /// <summary>The point it makes; fixed from the start.</summary>
    public PointId PointId { get; }

    /// <summary>What it backs up.</summary>
    public SourceId SourceId { get; }

    /// <summary>What the point is a copy of, if it is one.</summary>
    internal PointOrigin? Origin { get; set; }

    internal SessionStore Store => _store;

    /// <summary>The counters now.</summary>
    public SessionStatistics Statistics => _counters.Snapshot(_store.StoredBytes);

    /// <summary>Begins a disk.</summary>
    /// <param name="spec">The disk.</param>
    /// <param name="basedOn">The disk of a committed point that chunks not written are taken from: of the same chunk size and disk size.
    /// The point has to be there when the session is opened.</param>
    /// <exception cref="VaultException">PointNotFound: the base is deleted.</exception>
    public DiskWriter BeginDisk(DiskSpec spec, PointDisk? basedOn)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        DiskRules.Check(spec);
        if (_open is not null || _disks.Count == DiskRules.DisksMax || _disks.Any(d => d.Name == spec.Name))
        {
            throw new InvalidOperationException("A disk is written already, or there is one of that name, or there are too many.");
        }

        if (basedOn is not null && (basedOn.SizeBytes != spec.SizeBytes || basedOn.ChunkSizeBytes != spec.ChunkSizeBytes || basedOn.Point is null))
        {
            throw new ArgumentException("The base is of another size, or of no committed point.", nameof(basedOn));
        }

        if (basedOn?.Point is { } basePoint && !_bases.MayBeBase(basePoint))
        {
            // INV-11: what only that point needed may be dropped any time.
            throw new VaultException(
                VaultErrorKind.PointNotFound, $"Point {basePoint}, which the disk was to be based on, wasn't there when the session was opened.") { Points = [basePoint] };
        }

        _pipeline.SizeFor(spec.ChunkSizeBytes);
        var chunks = (spec.SizeBytes + spec.ChunkSizeBytes - 1) / spec.ChunkSizeBytes;
        return _open = new DiskWriter(
            this, _pipeline, _counters, spec, new MapWriter(_store, chunks, basedOn?.MapRoot ?? ChunkId.Zero));
    }

    /// <summary>Keeps a small piece of data with the point. It is stored with the commit.</summary>
    /// <param name="name">1 to 100 characters, unique in the point.</param>
    /// <param name="content">At most 256 MiB.</param>
    /// <param name="ct">Cancels it.</param>
    public ValueTask AddAttachmentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (name.Length is 0 or > DiskRules.NameCharsMax || content.Length > DiskRules.AttachmentBytesMax || _attachments.Any(a => a.Name == name))
        {
            throw new ArgumentException("The attachment's name or size is out of range, or the name is taken.", nameof(name));
        }

        _attachments.Add((name, content.ToArray()));
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes everything durable and then publishes the point: all or nothing. INV-5.</summary>
    /// <param name="properties">UTF-8 JSON kept for the caller, at most 4 MiB.</param>
    /// <param name="createdUtc">The instant the point shows.</param>
    /// <param name="ct">Cancels it as long as the point isn't published.</param>
    /// <exception cref="VaultException">SessionRevoked: somebody revoked the session first.</exception>
    public async Task<Point> CommitAsync(ReadOnlyMemory<byte> properties, DateTimeOffset createdUtc, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(properties.Length, DiskRules.PropertiesBytesMax, nameof(properties));
        if (_open is not null || _attempted is not null)
        {
            throw new InvalidOperationException("A disk isn't completed, or a commit was tried before.");
        }

        var attachments = new List<PointAttachment>();
        foreach (var (name, content) in _attachments)
        {
            attachments.Add(await StoreAttachmentAsync(name, content, ct));
        }

        await _store.CompleteAsync(ct);
        var s = Statistics;
        var point = new Point(
            _vault.Id, SourceId, PointId, createdUtc.ToUniversalTime(), [.. _disks.Select(d => d with { Point = PointId })], attachments,
            properties.ToArray(), new PointStatistics(_disks.Sum(d => d.SizeBytes), s.ReadBytes, s.ZeroBytes, s.NewBytes, s.StoredBytes),
            RetentionMark.None) { Origin = Origin, LockedUntilUtc = _vault.LockDateForNew() };
        var objectName = Names.Point(SourceId, PointId);
        _attempted = SealedObject.Seal(_vault.Keys, SealLabel.Point, objectName, PointFormat.Write(point));
        await PublishAsync(objectName, _attempted, ct);
        _committed = true;
        return point;
    }

    /// <summary>Ends the session; if it isn't committed, what it stored is deleted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _heartbeat.DisposeAsync();
        await _pipeline.DisposeAsync();
        await _store.DisposeAsync();
        try
        {
            if (_committed)
            {
                await _vault.Sessions.UnregisterAsync(SourceId, PointId, _heartbeat.Left, CancellationToken.None);
            }
            else if (_attempted is not null)
            {
                // Whether the point was published isn't known: the tombstone decides (INV-6).
                await _vault.Sessions.RevokeAsync(SourceId, PointId, CancellationToken.None);
            }
            else
            {
                await _vault.Sessions.RemoveDataAsync(PointId, CancellationToken.None);
                await _vault.Sessions.UnregisterAsync(PointId, CancellationToken.None);
            }
        }
        catch (VaultException)
        {
            // The store failed; the remains are named in an open session, and the next clean-up takes them.
        }
    }

    internal void Complete(DiskWriter writer, PointDisk disk)
    {
        if (_open == writer)
        {
            _disks.Add(disk);
            _open = null;
        }
    }

    /// <summary>The one step that makes the point: exclusive create. A lost reply is cleared up by reading.</summary>
    private async Task PublishAsync(ObjectName name, byte[] content, CancellationToken ct)
    {
        CreateOutcome outcome;
        try
        {
            outcome = await _vault.Store.CreateAsync(name, content, ct);
        }
        catch (Exception e) when (e is VaultException or OperationCanceledException)
        {
            if (await _vault.Store.ReadWholeAsync(name, content.Length, CancellationToken.None) is { } there && there.AsSpan().SequenceEqual(content))
            {
                // It is there, but that it is durable wasn't reported: to find it there by creating it says so.
                await _vault.Store.CreateAsync(name, content, CancellationToken.None);
                return;
            }

            throw;
        }

        if (outcome == CreateOutcome.AlreadyExists)
        {
            var there = await _vault.Store.ReadWholeAsync(name, content.Length, CancellationToken.None);
            if (there is null || !there.AsSpan().SequenceEqual(content))
            {
                throw new VaultException(VaultErrorKind.SessionRevoked, $"The session of point {PointId} was revoked; nothing was committed.");
            }
        }
    }

    private async Task<PointAttachment> StoreAttachmentAsync(string name, byte[] content, CancellationToken ct)
    {
        var chunks = new List<ChunkId>();
        using var zstd = new Zstd();
        for (var at = 0; at < content.Length; at += DiskRules.AttachmentPieceBytes)
        {
            var piece = content.AsMemory(at, Math.Min(DiskRules.AttachmentPieceBytes, content.Length - at));
            var compressed = new byte[piece.Length];
            var length = zstd.Compress(piece.Span, compressed.AsSpan(0, SessionStore.CompressedBytesMax(piece.Length)));
            var id = SessionStore.IdOf(_vault.Keys.ChunkId, piece.Span);
            await _store.StoreAsync(
                id, piece.Length, length > 0 ? PackFormat.Zstd1 : PackFormat.Raw, length > 0 ? compressed.AsMemory(0, length) : piece, ct);
            chunks.Add(id);
        }

        return new PointAttachment(name, content.Length) { Chunks = chunks };
    }
}
