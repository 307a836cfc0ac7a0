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
            using var reader = new PackReader(vault.Store, vault.Keys, inOrder: true);
            foreach (var pack in packs)
            {
                if (await TryCopyAsync(session.Store, reader, pack.Pack, bytes => progress?.Report(new GcProgress(GcStage.Repack, bytes, total)), ct))
                {
                    done.Add(pack);
                }
            }

            point = await session.CommitAsync("{}"u8.ToArray(), vault.Options.TimeProvider.GetUtcNow(), ct);
            written = session.Statistics.StoredBytes;
        }

        await vault.FinishDeletionAsync(Source, point.PointId, CancellationToken.None);
        await vault.RefreshAsync(ct);
        return await IsReadableAsync(point.PointId, ct) ? (done, written) : ([], written);
    }

    /// <summary>Whether everything needed of a pack is in packs that stay, by its own footer.</summary>
    /// <returns>Null if the footer can't be read.</returns>
    public async Task<bool?> IsSparedAsync(PackReader reader, PackInfo pack, CancellationToken ct)
    {
        if (await FooterAsync(reader, pack, ct) is not { } footer)
        {
            return null;
        }

        return footer.All(e => !marks.IsMarked(e.Id) || marks.HasSurvivor(e.Id.Prefix, pack));
    }

    private async Task<bool> TryCopyAsync(SessionStore target, PackReader reader, PackInfo pack, Action<long> written, CancellationToken ct)
    {
        if (await FooterAsync(reader, pack, ct) is not { } footer)
        {
            return false;
        }

        var isWhole = true;
        foreach (var entry in footer.Where(e => marks.IsMarked(e.Id) && !marks.HasSurvivor(e.Id.Prefix, pack)))
        {
            var plain = new byte[entry.PlainBytes];
            if (target.Has(entry.Id))
            {
                continue;
            }

            if (!await reader.TryReadAsync(new ChunkLocation(pack, entry.Offset, entry.Length), entry.Id, plain, ct)
                || SessionStore.IdOf(pack.Kind == PackKind.Data ? vault.Keys.ChunkId : vault.Keys.PageId, plain) != entry.Id)
            {
                // What can be saved of it is; but the pack stays, for somebody may know more than this reader.
                isWhole = false;
                continue;
            }

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

        return isWhole;
    }

    private static async Task<List<PackFooter>?> FooterAsync(PackReader reader, PackInfo pack, CancellationToken ct)
    {
        var bytes = await reader.TryReadFooterAsync(pack, pack.SizeBytes, ct);
        reader.Forget(pack.Id);
        var entries = bytes is null ? null : PackFooter.Parse(bytes, pack.SizeBytes).ToList();
        return entries?.Count * PackFormat.FooterEntryBytes == bytes?.Length ? entries : null;
    }

    /// <summary>Before the originals go, the new packs are read whole: their hashes as they were written, every seal, every id.</summary>
    private async Task<bool> IsReadableAsync(PointId session, CancellationToken ct)
    {
        var sums = await PackSums.ReadAsync(vault.Store, new HashSet<PointId> { session }, ct);
        foreach (var pack in vault.Index.Packs.Values.Where(p => p.Session == session))
        {
            if ((await PackCheck.RunAsync(vault.Store, vault.Keys, pack, sums.GetValueOrDefault(pack.Id), ct)).Reason is { } reason)
            {
                vault.Index.MarkDamaged(pack);
                await DamageRecord.WriteAsync(vault.Store, vault.Keys, vault.Options.TimeProvider, pack, reason, ct);
                return false;
            }
        }

        return true;
    }
}
