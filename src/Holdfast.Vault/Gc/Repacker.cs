namespace Holdfast.Vault;

/// <summary>
/// Writes what is needed of packs anew, in a session of its own, whose point is marked as deleted before it is there. So one commit publishes all of it,
/// and a collector that was revoked can't publish late (INV-6).
/// </summary>
internal sealed class Repacker(BackupVault vault, RetentionStore retention, LiveMarks marks)
{
    /// <summary>Stands for collectors' own sessions: the text <c>holdfast-garbage</c>.</summary>
    public static readonly SourceId Source = new(IdText.Read("holdfast-garbage"u8));

    /// <summary>Writes the needed records of the packs anew and commits them; reads all of it back.</summary>
    /// <param name="packs">The packs; they are condemned.</param>
    /// <param name="progress">Told bytes.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>The packs of which everything needed is elsewhere now, and the bytes written.</returns>
    public async Task<(List<PackUsage> Done, long WrittenBytes)> RunAsync(
        IReadOnlyList<PackUsage> packs, IProgress<GcProgress>? progress, CancellationToken ct)
    {
        var done = new List<PackUsage>();
        var total = packs.Sum(p => p.NeededBytes);
        Point point;
        long written;
        await using (var session = await vault.OpenSessionAsync(Source, ct))
        {
            await retention.WriteAsync(Source, session.PointId, 1, new(RetentionMark.None, Deleting: true), ct);
            // Reading and checking is most of the work, and is done side by side; what is appended is appended one after the other.
            using var appending = new SemaphoreSlim(1);
            await Parallel.ForEachAsync(
                packs, Readers(ct),
                async (pack, token) =>
                {
                    if (await TryCopyAsync(session.Store, appending, pack.Pack, bytes => progress?.Report(new GcProgress(GcStage.Repack, bytes, total)), token))
                    {
                        lock (done)
                        {
                            done.Add(pack);
                        }
                    }
                });

            point = await session.CommitAsync("{}"u8.ToArray(), vault.Options.TimeProvider.GetUtcNow(), ct);
            written = session.Statistics.StoredBytes;
        }

        await vault.FinishDeletionAsync(Source, point.PointId, CancellationToken.None);
        await vault.RefreshAsync(ct);
        return await IsReadableAsync(point.PointId, ct) ? (done, written) : ([], written);
    }

    /// <summary>Of packs of which the index says that nothing is needed, those whose own footer says so too; and the damaged ones whose footer can't be read.</summary>
    public async Task<List<PackUsage>> SparedAsync(IReadOnlyList<PackUsage> packs, CancellationToken ct)
    {
        var spared = new List<PackUsage>();
        await Parallel.ForEachAsync(
            packs, Readers(ct),
            async (pack, token) =>
            {
                if (await IsSparedAsync(pack.Pack, token) ?? !pack.Pack.Healthy)
                {
                    lock (spared)
                    {
                        spared.Add(pack);
                    }
                }
            });
        return spared;
    }

    private ParallelOptions Readers(CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = ReadShape.Of(vault.Store).Readers(vault.Options.Parallelism), CancellationToken = ct };

    /// <summary>Whether everything needed of a pack is in packs that stay, by its own footer.</summary>
    /// <returns>Null if the footer can't be read.</returns>
    private async Task<bool?> IsSparedAsync(PackInfo pack, CancellationToken ct)
    {
        using var reader = new PackReader(vault.Store, vault.Keys);
        if (await FooterAsync(reader, pack, ct) is not { } footer)
        {
            return null;
        }

        return footer.All(e => !marks.IsMarked(e.Id) || marks.HasSurvivor(e.Id.Prefix, pack));
    }

    private async Task<bool> TryCopyAsync(SessionStore target, SemaphoreSlim appending, PackInfo pack, Action<long> written, CancellationToken ct)
    {
        using var reader = new PackReader(vault.Store, vault.Keys, inOrder: true);
        if (await FooterAsync(reader, pack, ct) is not { } footer)
        {
            return false;
        }

        var isWhole = true;
        foreach (var entry in footer.Where(e => marks.IsMarked(e.Id) && !marks.HasSurvivor(e.Id.Prefix, pack)))
        {
            if (target.Has(entry.Id))
            {
                continue;
            }

            var plain = new byte[entry.PlainBytes];
            if (!await reader.TryReadAsync(new ChunkLocation(pack, entry.Offset, entry.Length), entry.Id, plain, ct)
                || SessionStore.IdOf(pack.Kind == PackKind.Data ? vault.Keys.ChunkId : vault.Keys.PageId, plain) != entry.Id)
            {
                // What can be saved of it is; but the pack stays, for somebody may know more than this reader.
                isWhole = false;
                continue;
            }

            await appending.WaitAsync(ct);
            try
            {
                if (pack.Kind == PackKind.Map)
                {
                    await ((IMapPages)target).StoreAsync(plain, ct);
                }
                else
                {
                    // As hard as it was compressed once: its content is checked above, so its bytes can stay.
                    var isCompressed = reader.Compressed.Length > 0;
                    await target.StoreAsync(
                        entry.Id, plain.Length, isCompressed ? PackFormat.Zstd1 : PackFormat.Raw, isCompressed ? reader.Compressed : plain, ct);
                }

                written(target.StoredBytes);
            }
            finally
            {
                appending.Release();
            }
        }

        return isWhole;
    }

    private static async Task<List<PackFooter>?> FooterAsync(PackReader reader, PackInfo pack, CancellationToken ct)
    {
        var bytes = await reader.TryReadFooterAsync(pack, pack.SizeBytes, ct);
        var entries = bytes is null ? null : PackFooter.Parse(bytes, pack.SizeBytes).ToList();
        return entries?.Count * PackFormat.FooterEntryBytes == bytes?.Length ? entries : null;
    }

    /// <summary>Before the originals go, the new packs are read whole: their hashes as they were written, every seal, every id.</summary>
    private async Task<bool> IsReadableAsync(PointId session, CancellationToken ct)
    {
        var sums = await PackSums.ReadAsync(vault.Store, new HashSet<PointId> { session }, ct);
        var isReadable = true;
        await Parallel.ForEachAsync(
            vault.Index.Packs.Values.Where(p => p.Session == session).ToList(), Readers(ct),
            async (pack, token) =>
            {
                if ((await PackCheck.RunAsync(vault.Store, vault.Keys, pack, sums.GetValueOrDefault(pack.Id), token)).Reason is { } reason)
                {
                    Volatile.Write(ref isReadable, false);
                    vault.Index.MarkDamaged(pack);
                    await DamageRecord.WriteAsync(vault.Store, vault.Keys, vault.Options.TimeProvider, pack, reason, token);
                }
            });
        return isReadable;
    }
}
