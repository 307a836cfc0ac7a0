using System.Buffers;

namespace Holdfast.Vault;

/// <summary>Reading whole objects, with limits.</summary>
internal static class StoreReading
{
    private const int CompareBytes = 4 << 20;
    private const int ShortBytes = 32 << 10;

    /// <summary>An object's bytes; null if there is none.</summary>
    /// <exception cref="VaultException">Damaged: it is longer than such an object can be.</exception>
    public static async ValueTask<byte[]?> ReadWholeAsync(this IObjectStore store, ObjectName name, long bytesMax, CancellationToken ct)
    {
        // Nearly all are short: those come with the first request, which needn't know their length.
        var beginning = ArrayPool<byte>.Shared.Rent(ShortBytes);
        try
        {
            var read = await store.ReadAsync(name, 0, beginning.AsMemory(0, ShortBytes), ct);
            return read < 0 ? null
                : read == ShortBytes ? await ReadLongAsync(store, name, bytesMax, ct)
                : read > bytesMax ? throw SealedObject.Damaged(name, "it is too long")
                : beginning.AsSpan(0, read).ToArray();
        }
        finally
        {
            // It may hold what must not stay: key slots, lists of names.
            ArrayPool<byte>.Shared.Return(beginning, clearArray: true);
        }
    }

    private static async ValueTask<byte[]?> ReadLongAsync(IObjectStore store, ObjectName name, long bytesMax, CancellationToken ct)
    {
        if (await store.GetSizeAsync(name, ct) is not { } size)
        {
            return null;
        }

        if (size > bytesMax)
        {
            throw SealedObject.Damaged(name, "it is too long");
        }

        var bytes = new byte[size];
        var read = await store.ReadAsync(name, 0, bytes, ct);
        return read < 0 ? null : read == size ? bytes : throw SealedObject.Damaged(name, "it is shorter than its length");
    }

    /// <summary>Whether an object has these bytes at an offset.</summary>
    public static async ValueTask<bool> HoldsAtAsync(IObjectStore store, ObjectName name, long offset, ReadOnlyMemory<byte> expected, CancellationToken ct)
    {
        var window = new byte[Math.Min(expected.Length, CompareBytes)];
        for (var at = 0; at < expected.Length;)
        {
            var read = await store.ReadAsync(name, offset + at, window.AsMemory(0, Math.Min(window.Length, expected.Length - at)), ct);
            if (read <= 0 || !window.AsSpan(0, read).SequenceEqual(expected.Span.Slice(at, read)))
            {
                return false;
            }

            at += read;
        }

        return true;
    }

    public static async ValueTask<List<StoredObject>> ListAllAsync(this IObjectStore store, string prefix, CancellationToken ct)
    {
        var all = new List<StoredObject>();
        await foreach (var item in store.ListAsync(prefix, ct))
        {
            all.Add(item);
        }

        return all;
    }

    /// <summary>Deletes an object, unless the store itself keeps it until a date.</summary>
    /// <returns>Whether it is gone.</returns>
    public static async ValueTask<bool> TryDeleteAsync(this IObjectStore store, ObjectName name, CancellationToken ct)
    {
        try
        {
            await store.DeleteAsync(name, ct);
            return true;
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Retained)
        {
            return false;
        }
    }

    /// <summary>Creates an object of a name that nobody else can have chosen.</summary>
    public static async ValueTask CreateNewAsync(this IObjectStore store, ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (await store.CreateAsync(name, content, ct) != CreateOutcome.Created)
        {
            throw new VaultException(VaultErrorKind.Conflict, $"There is an object {name} already.");
        }
    }
}
