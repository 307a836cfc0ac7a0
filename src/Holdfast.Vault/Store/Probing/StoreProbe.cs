using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// Tries whether a store does what a vault needs of one (INV-1), with a few small objects that it removes again. Servers that call themselves compatible
/// and overlook a condition would lose points without a word.
/// </summary>
public static class StoreProbe
{
    /// <summary>The names of the objects that a probe makes begin so.</summary>
    public const string Prefix = "probe/";

    private const int Racers = 6;
    private const int Bytes = 4096;
    private static readonly TimeSpan ClockDifferenceMax = TimeSpan.FromMinutes(15);

    /// <summary>Tries a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="withRetention">Whether to try its immutability, too: that leaves an object which the store keeps for some time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="VaultException">StoreUnfit: it doesn't do what a vault needs.</exception>
    public static async Task<StoreProbeReport> RunAsync(IObjectStore store, bool withRetention, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(store);
        var folder = $"{Prefix}{Guid.NewGuid():N}/";
        var checks = new List<StoreCheck>();
        ObjectName raced = ObjectName.Of(folder + "race"), streamed = ObjectName.Of(folder + "stream");
        TimeSpan? difference = null;
        try
        {
            var content = await RaceAsync(store, raced, ct);
            checks.Add(StoreCheck.RaceHasOneWinner);
            await LoseAsync(store, raced, content, ct);
            checks.Add(StoreCheck.NothingIsReplaced);
            await StreamAsync(store, streamed, ct);
            checks.Add(StoreCheck.NothingIsReplacedByUpload);
            await ListAsync(store, folder, [raced, streamed], ct);
            checks.Add(StoreCheck.FreshObjectIsListed);
            await ReadRangesAsync(store, raced, content, ct);
            checks.Add(StoreCheck.RangesAreRight);
            difference = await CompareClocksAsync(store, time, ct);
            checks.Add(StoreCheck.ClockIsNear);
            await store.DeleteAsync(raced, ct);
            await store.DeleteAsync(streamed, ct);
            await ListAsync(store, folder, [], ct);
            Require(await store.GetSizeAsync(raced, ct) is null, store, "an object that was deleted is still there");
            checks.Add(StoreCheck.DeletedIsGone);
        }
        catch
        {
            await RemoveAsync(store, raced, streamed);
            throw;
        }

        var retention = withRetention && store.AsRetaining() is { } retaining ? await retaining.ProbeRetentionAsync(ct) : null;
        return new StoreProbeReport(checks, difference, retention);
    }

    /// <summary>Several create at once; all but one must lose, and what is there must be the winner's.</summary>
    private static async Task<byte[]> RaceAsync(IObjectStore store, ObjectName name, CancellationToken ct)
    {
        var contents = Enumerable.Range(0, Racers).Select(_ => RandomNumberGenerator.GetBytes(Bytes)).ToList();
        var outcomes = await Task.WhenAll(contents.Select(c => Task.Run(async () => await store.CreateAsync(name, c, ct), ct)));
        var winners = outcomes.Count(o => o == CreateOutcome.Created);
        Require(
            winners == 1, store, winners > 1 ? "several creations of one object at the same time all succeeded: it overlooks the condition If-None-Match"
                : "of several creations of one object at the same time none succeeded");
        var won = contents[Array.IndexOf(outcomes, CreateOutcome.Created)];
        Require(await StoreReading.HoldsAtAsync(store, name, 0, won, ct), store, "an object doesn't hold what its creator wrote");
        return won;
    }

    private static async Task LoseAsync(IObjectStore store, ObjectName name, byte[] content, CancellationToken ct)
    {
        Require(
            await store.CreateAsync(name, RandomNumberGenerator.GetBytes(Bytes), ct) == CreateOutcome.AlreadyExists, store,
            "a second creation of an object succeeded: it overlooks the condition If-None-Match");
        Require(await StoreReading.HoldsAtAsync(store, name, 0, content, ct), store, "a creation that lost has changed the object");
    }

    private static async Task StreamAsync(IObjectStore store, ObjectName name, CancellationToken ct)
    {
        var content = RandomNumberGenerator.GetBytes(Bytes);
        Require(await UploadAsync(store, name, content, ct) == CreateOutcome.Created, store, "an upload to a new name found it taken");
        Require(
            await UploadAsync(store, name, RandomNumberGenerator.GetBytes(Bytes), ct) == CreateOutcome.AlreadyExists, store,
            "a second upload of an object succeeded: it overlooks the condition If-None-Match");
        Require(await StoreReading.HoldsAtAsync(store, name, 0, content, ct), store, "an upload that lost has changed the object");
    }

    private static async Task<CreateOutcome> UploadAsync(IObjectStore store, ObjectName name, byte[] content, CancellationToken ct)
    {
        await using var upload = await store.BeginCreateAsync(name, ct);
        await upload.AppendAsync(content.AsMemory(0, Bytes / 2), ct);
        await upload.AppendAsync(content.AsMemory(Bytes / 2), ct);
        return await upload.CompleteAsync(ct);
    }

    private static async Task ListAsync(IObjectStore store, string folder, ObjectName[] expected, CancellationToken ct)
    {
        var found = await store.ListAllAsync(folder, ct);
        Require(
            found.Count == expected.Length && expected.All(n => found.Contains(new StoredObject(n, Bytes))), store,
            expected.Length == 0 ? "a listing shows an object that was deleted" : "a listing doesn't show an object that was just created");
    }

    private static async Task ReadRangesAsync(IObjectStore store, ObjectName name, byte[] content, CancellationToken ct)
    {
        var target = new byte[256];
        foreach (var (offset, length) in ((int, int)[])[(0, 256), (1000, 256), (Bytes - 56, 56), (Bytes, 0)])
        {
            var read = await store.ReadAsync(name, offset, target, ct);
            Require(read == length && target.AsSpan(0, length).SequenceEqual(content.AsSpan(offset, length)), store, "a range of an object isn't read right");
        }
    }

    private static async Task<TimeSpan?> CompareClocksAsync(IObjectStore store, TimeProvider time, CancellationToken ct)
    {
        if (StorePlaces.Innermost(store) is not IStoreClock clock)
        {
            return null;
        }

        var before = time.GetUtcNow();
        var there = await clock.GetUtcNowAsync(ct);
        var here = before + ((time.GetUtcNow() - before) / 2);
        var difference = there - here;
        Require(
            difference.Duration() <= ClockDifferenceMax, store,
            $"its clock says {there.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, this machine's {here.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
        return difference;
    }

    private static async Task RemoveAsync(IObjectStore store, params ObjectName[] names)
    {
        try
        {
            foreach (var name in names)
            {
                await store.DeleteAsync(name, CancellationToken.None);
            }
        }
        catch (VaultException)
        {
            // A remain of a few bytes below probe/: nothing looks there.
        }
    }

    private static void Require(bool fact, IObjectStore store, string otherwise)
    {
        if (!fact)
        {
            throw new VaultException(VaultErrorKind.StoreUnfit, $"{store.Description} isn't fit for a vault: {otherwise}.");
        }
    }
}
