using System.Globalization;

namespace Holdfast.Vault;

/// <summary>
/// Keeps collectors from doing the same work side by side: the highest generation names the collector, which is registered as sessions are, with heartbeats.
/// Nothing depends on it but effort: a collector that lost it without knowing can't decide anything twice (INV-11).
/// </summary>
internal sealed class GcLease : IAsyncDisposable
{
    /// <summary>Stands for collectors in the list of sessions: the text <c>holdfast-gclease</c>.</summary>
    public static readonly SourceId Source = new(IdText.Read("holdfast-gclease"u8));

    private readonly IObjectStore _store;
    private readonly SessionRegistry _sessions;
    private readonly PointId _run;
    private readonly Heartbeat _heartbeat;

    private GcLease(IObjectStore store, SessionRegistry sessions, PointId run, Heartbeat heartbeat) =>
        (_store, _sessions, _run, _heartbeat) = (store, sessions, run, heartbeat);

    /// <summary>Takes the lease. Dead collectors have been revoked before.</summary>
    /// <exception cref="VaultException">Conflict: another collector is at work.</exception>
    public static async Task<GcLease> TakeAsync(
        IObjectStore store, VaultKeys keys, SessionRegistry sessions, VaultOpenOptions options, DeadSessionOptions dead, CancellationToken ct)
    {
        var run = PointId.New();
        await sessions.RegisterAsync(store, Source, run, ct);
        var heartbeat = new Heartbeat(store, run, options.HeartbeatInterval, options.TimeProvider);
        try
        {
            var generations = await ListAsync(store, ct);
            var highest = generations.DefaultIfEmpty(0).Max();
            if (highest > 0 && await OwnerAsync(store, keys, highest, ct) is { } owner
                && (await sessions.ListAsync(ct)).FirstOrDefault(s => s.PointId == owner) is { } other)
            {
                if (!dead.WatchHeartbeats || (await sessions.RevokeStillAsync([other], dead, ct)).Count > 0)
                {
                    throw Busy(other);
                }
            }

            var name = Names.GcLease(highest + 1);
            if (await store.CreateAsync(name, SealedObject.Seal(keys, SealLabel.Gc, name, IdBytes(run)), ct) == CreateOutcome.AlreadyExists)
            {
                throw Busy(null);
            }

            foreach (var older in generations)
            {
                await store.DeleteAsync(Names.GcLease(older), ct);
            }

            return new GcLease(store, sessions, run, heartbeat);
        }
        catch
        {
            await heartbeat.DisposeAsync();
            await sessions.UnregisterAsync(run, CancellationToken.None);
            throw;
        }
    }

    /// <exception cref="VaultException">SessionRevoked: another collector took over.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        if (await _store.GetSizeAsync(Names.Point(Source, _run), ct) is not null)
        {
            throw new VaultException(VaultErrorKind.SessionRevoked, "Another garbage collection took over from this one, which seemed dead.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _heartbeat.DisposeAsync();
        try
        {
            await _sessions.UnregisterAsync(_run, CancellationToken.None);
        }
        catch (VaultException)
        {
            // The store failed; the next collection finds this one dead.
        }
    }

    private static byte[] IdBytes(PointId run)
    {
        var bytes = new byte[IdText.Bytes];
        IdText.Write(run.Value, bytes);
        return bytes;
    }

    private static async Task<List<int>> ListAsync(IObjectStore store, CancellationToken ct)
    {
        var generations = new List<int>();
        await foreach (var item in store.ListAsync(Names.GcLeases, ct))
        {
            var text = item.Name.Value.AsSpan(Names.GcLeases.Length);
            if (text.Length == 8 && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var generation) && generation > 0)
            {
                generations.Add(generation);
            }
        }

        return generations;
    }

    /// <returns>Null if it can't be read: then nobody holds it.</returns>
    private static async Task<PointId?> OwnerAsync(IObjectStore store, VaultKeys keys, int generation, CancellationToken ct)
    {
        var name = Names.GcLease(generation);
        try
        {
            return await store.ReadWholeAsync(name, 1024, ct) is { } bytes && SealedObject.Open(keys, SealLabel.Gc, name, bytes) is { Length: IdText.Bytes } id
                ? new PointId(IdText.Read(id))
                : null;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return null;
        }
    }

    private static VaultException Busy(SessionInfo? other) => new(
        VaultErrorKind.Conflict,
        other is null ? "Another garbage collection is at work."
            : $"Another garbage collection is at work on {other.Host}, process {other.ProcessId}, since {other.OpenedUtc:u}.");
}
