using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Compares objects with the lists of hashes, without any key. It finds what rotted, not what somebody changed together with the lists.</summary>
public static class HashCheck
{
    /// <summary>Reads every object that a list names.</summary>
    /// <param name="store">The vault's store.</param>
    /// <param name="bytesPerSecond">At most so many bytes a second; null for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Told objects and bytes.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<HashReport> RunAsync(
        IObjectStore store, long? bytesPerSecond, TimeProvider time, IProgress<VerifyProgress>? progress, CancellationToken ct)
    {
        var damaged = new List<string>();
        var pace = new Pace(bytesPerSecond, time);
        var buffer = GC.AllocateUninitializedArray<byte>(ReadShape.Of(store).BytesMax);
        long objects = 0, bytes = 0;
        var lists = await PackSums.LatestAsync(store, ct);
        foreach (var (session, generation) in lists)
        {
            foreach (var (name, hash) in await PackSums.NamedAsync(store, session, generation, ct))
            {
                using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var read = buffer.Length;
                for (long at = 0; read == buffer.Length; at += read)
                {
                    read = Math.Max(0, await store.ReadAsync(name, at, buffer, ct));
                    hashing.AppendData(buffer, 0, read);
                    bytes += read;
                    await pace.WaitAsync(bytes, ct);
                }

                // One that went while this ran isn't named by the list that is there now.
                if (!hashing.GetHashAndReset().AsSpan().SequenceEqual(hash) && await IsStillNamedAsync(store, session, generation, name, ct))
                {
                    damaged.Add(name.Value);
                }

                objects++;
                progress?.Report(new VerifyProgress(objects, 0, bytes, 0));
            }
        }

        return new HashReport(lists.Count, objects, bytes, damaged);
    }

    private static async Task<bool> IsStillNamedAsync(IObjectStore store, PointId session, int generation, ObjectName name, CancellationToken ct) =>
        (await PackSums.LatestAsync(store, ct)).TryGetValue(session, out var latest)
        && (latest == generation || (await PackSums.NamedAsync(store, session, latest, ct)).Any(n => n.Name == name));
}
