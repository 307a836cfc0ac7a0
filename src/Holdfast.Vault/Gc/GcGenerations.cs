using System.Collections.Concurrent;

namespace Holdfast.Vault;

/// <summary>
/// The generations of condemned packs. Each goes its way by exclusive creates, so that of several collectors, some of which may have been paused for
/// days, exactly one decides every step (INV-11): <c>condemned</c> publishes it, <c>waits</c> fixes the sessions that have to end first,
/// <c>verdict</c> names the plan that is carried out. The verdict stays for good: it keeps a late one from deciding again.
/// </summary>
internal sealed class GcGenerations(IObjectStore store, VaultKeys keys)
{
    private const string Condemned = "condemned", Waits = "waits", Verdict = "verdict", Plan = "plan-";

    private readonly ConcurrentDictionary<Guid, CondemnedList> _read = new();

    /// <summary>The packs that are condemned now.</summary>
    /// <param name="forWriting">
    /// A list that can't be read is called off: a writer must know what it names, or that it will never be carried out.
    /// </param>
    /// <param name="ct">Cancels it.</param>
    public async Task<IReadOnlySet<PackId>> ListCondemnedAsync(bool forWriting, CancellationToken ct)
    {
        var condemned = new HashSet<PackId>();
        foreach (var (generation, isDecided) in await ListAsync(ct))
        {
            try
            {
                // Of a decided one just those go that the verdict names, as long as there are any of them.
                var going = isDecided ? await TryReadDecidedAsync(generation, ct) : null;
                condemned.UnionWith(going?.Keys ?? (await ReadAsync(generation, ct))?.Packs.Keys ?? Enumerable.Empty<PackId>());
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                if (forWriting)
                {
                    await TryDecideAsync(generation, null, ct);
                }

                condemned.UnionWith((await ReadDecidedAsync(generation, ct) ?? []).Keys);
            }
        }

        return condemned;
    }

    /// <summary>The generations that were published and aren't carried out yet.</summary>
    public async Task<IReadOnlyList<Guid>> ListPendingAsync(CancellationToken ct) => [.. (await ListAsync(ct)).Keys];

    /// <summary>Those of them that aren't decided either.</summary>
    public async Task<IReadOnlyList<Guid>> ListUndecidedAsync(CancellationToken ct) => [.. (await ListAsync(ct)).Where(g => !g.Value).Select(g => g.Key)];

    /// <returns>Null if it was carried out meanwhile.</returns>
    /// <exception cref="VaultException">Damaged.</exception>
    public async Task<CondemnedList?> ReadAsync(Guid generation, CancellationToken ct)
    {
        if (_read.TryGetValue(generation, out var known))
        {
            return known;
        }

        var name = Names.GcObject(generation, Condemned);
        if (await OpenAsync(name, ct) is not { } json)
        {
            return null;
        }

        return _read[generation] = GcFormat.ReadCondemned(json, generation) ?? throw SealedObject.Damaged(name, "it makes no sense");
    }

    public async Task PublishAsync(CondemnedList list, CancellationToken ct)
    {
        await CreateAsync(Names.GcObject(list.Generation, Condemned), GcFormat.WriteCondemned(list), ct);
        _read[list.Generation] = list;
    }

    /// <summary>The sessions that have to end before the generation is decided: those that are open when this is called first.</summary>
    /// <param name="generation">The generation; it is published.</param>
    /// <param name="open">Lists the open sessions.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task<Dictionary<PointId, SourceId>> FixWaitsAsync(
        Guid generation, Func<CancellationToken, Task<Dictionary<PointId, SourceId>>> open, CancellationToken ct)
    {
        var name = Names.GcObject(generation, Waits);
        if (await OpenAsync(name, ct) is not { } json)
        {
            json = GcFormat.WriteWaits(await open(ct));
            if (await CreateAsync(name, json, ct) == CreateOutcome.AlreadyExists)
            {
                json = await OpenAsync(name, ct) ?? json;
            }
        }

        return GcFormat.ReadWaits(json) ?? throw SealedObject.Damaged(name, "it makes no sense");
    }

    /// <summary>Decides the generation, if nobody has: afterwards just these packs go, and the others are free.</summary>
    /// <returns>False if it was decided before.</returns>
    public async Task<bool> TryDecideAsync(Guid generation, IReadOnlyDictionary<PackId, PointId>? packs, CancellationToken ct)
    {
        Guid? plan = null;
        if (packs is not null)
        {
            plan = IdText.NewGuid();
            await CreateAsync(Names.GcObject(generation, $"{Plan}{plan:N}"), GcFormat.WritePlan(packs), ct);
        }

        var name = Names.GcObject(generation, Verdict);
        var verdict = GcFormat.WriteVerdict(plan);
        try
        {
            return await CreateAsync(name, verdict, ct) == CreateOutcome.Created;
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.Io or VaultErrorKind.Unavailable)
        {
            // The reply may be lost: what is there tells.
            if (await OpenAsync(name, ct) is { } there && there.AsSpan().SequenceEqual(verdict))
            {
                // Durable, too, before anything goes by it.
                await CreateAsync(name, verdict, ct);
                return true;
            }

            throw;
        }
    }

    /// <summary>The packs that go by the generation's verdict; empty if none; null if it isn't decided.</summary>
    /// <exception cref="VaultException">Damaged.</exception>
    public async Task<Dictionary<PackId, PointId>?> ReadDecidedAsync(Guid generation, CancellationToken ct)
    {
        var name = Names.GcObject(generation, Verdict);
        if (await OpenAsync(name, ct) is not { } json)
        {
            return null;
        }

        var verdict = GcFormat.ReadVerdict(json) ?? throw SealedObject.Damaged(name, "it makes no sense");
        if (verdict.Plan is not { } plan)
        {
            return [];
        }

        var planName = Names.GcObject(generation, $"{Plan}{plan:N}");
        return await OpenAsync(planName, ct) is not { } packs ? []
            : GcFormat.ReadPlan(packs) ?? throw SealedObject.Damaged(planName, "it makes no sense");
    }

    /// <summary>Ends a generation that was carried out. The list goes first: without it nothing is pending.</summary>
    public async Task EndAsync(Guid generation, CancellationToken ct)
    {
        await store.DeleteAsync(Names.GcObject(generation, Condemned), ct);
        _read.TryRemove(generation, out _);
        await ClearAsync(generation, ct);
    }

    /// <summary>Removes what ended generations left besides their verdicts.</summary>
    public async Task ClearEndedAsync(CancellationToken ct)
    {
        var pending = (await ListPendingAsync(ct)).ToHashSet();
        var ended = new HashSet<Guid>();
        await foreach (var item in store.ListAsync(Names.Gc, ct))
        {
            if (item.Name.Value.Split('/') is [_, var id, var what] && what != Verdict && IdText.TryReadName(id, out var generation)
                && !pending.Contains(generation) && await store.GetSizeAsync(Names.GcObject(generation, Verdict), ct) is not null)
            {
                ended.Add(generation);
            }
        }

        foreach (var generation in ended)
        {
            await ClearAsync(generation, ct);
        }
    }

    /// <summary>The pending generations, and whether they are decided.</summary>
    private async Task<Dictionary<Guid, bool>> ListAsync(CancellationToken ct)
    {
        var (pending, decided) = (new HashSet<Guid>(), new HashSet<Guid>());
        await foreach (var item in store.ListAsync(Names.Gc, ct))
        {
            if (item.Name.Value.Split('/') is [_, var id, Condemned or Verdict] names && IdText.TryReadName(id, out var generation))
            {
                (names[^1] == Condemned ? pending : decided).Add(generation);
            }
        }

        foreach (var gone in _read.Keys.Except(pending).ToList())
        {
            _read.TryRemove(gone, out _);
        }

        return pending.ToDictionary(g => g, decided.Contains);
    }

    /// <returns>Null if it isn't known: then all that the list names has to be taken for condemned.</returns>
    private async Task<Dictionary<PackId, PointId>?> TryReadDecidedAsync(Guid generation, CancellationToken ct)
    {
        try
        {
            // An empty one may be a plan that is away for a while.
            return await ReadDecidedAsync(generation, ct) is { Count: > 0 } going ? going : null;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return null;
        }
    }

    private async Task ClearAsync(Guid generation, CancellationToken ct)
    {
        var names = (await store.ListAllAsync($"{Names.Gc}{generation:N}/", ct)).Select(i => i.Name);
        await store.DeleteManyAsync([.. names.Where(n => !n.Value.EndsWith('/' + Verdict, StringComparison.Ordinal))], ct);
    }

    private ValueTask<CreateOutcome> CreateAsync(ObjectName name, byte[] json, CancellationToken ct) =>
        store.CreateAsync(name, SealedObject.Seal(keys, SealLabel.Gc, name, json), ct);

    private async Task<byte[]?> OpenAsync(ObjectName name, CancellationToken ct) =>
        await store.ReadWholeAsync(name, GcFormat.BytesMax, ct) is { } bytes ? SealedObject.Open(keys, SealLabel.Gc, name, bytes) : null;
}
