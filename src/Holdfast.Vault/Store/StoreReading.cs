namespace Holdfast.Vault;

/// <summary>Reading whole objects, with limits.</summary>
internal static class StoreReading
{
    /// <summary>An object's bytes; null if there is none.</summary>
    /// <exception cref="VaultException">Damaged: it is longer than such an object can be.</exception>
    public static async ValueTask<byte[]?> ReadWholeAsync(this IObjectStore store, ObjectName name, long bytesMax, CancellationToken ct)
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

    public static async ValueTask<List<StoredObject>> ListAllAsync(this IObjectStore store, string prefix, CancellationToken ct)
    {
        var all = new List<StoredObject>();
        await foreach (var item in store.ListAsync(prefix, ct))
        {
            all.Add(item);
        }

        return all;
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
