using System.Globalization;

namespace Holdfast.Vault;

/// <summary>
/// Something small that can change, over a store that never replaces: generations, two copies each, the highest counts.
/// A new one is made by exclusive create of its copy 'a', so of two writers exactly one wins (INV-1).
/// </summary>
internal static class GenerationalObject
{
    /// <summary>The highest generation that a copy can be read of, by the caller's own check.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The names' beginning.</param>
    /// <param name="bytesMax">The longest such object.</param>
    /// <param name="tryParse">Reads a copy; null if it is damaged.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>The value and its generation; generation 0 if there is no object at all.</returns>
    public static async Task<(T? Value, int Generation)> ReadAsync<T>(
        IObjectStore store, string prefix, int bytesMax, Func<byte[], T?> tryParse, CancellationToken ct)
        where T : class
    {
        HashSet<int>? before = null;
        while (true)
        {
            var generations = await ListAsync(store, prefix, ct);
            foreach (var generation in generations.OrderDescending())
            {
                foreach (var copy in "ab")
                {
                    if (await ReadCopyAsync(store, Names.Generation(prefix, generation, copy), bytesMax, ct) is { } bytes && tryParse(bytes) is { } value)
                    {
                        return (value, generation);
                    }
                }
            }

            if (generations.Count == 0)
            {
                return (null, 0);
            }

            if (before?.SetEquals(generations) == true)
            {
                break;
            }

            // What was listed may have been replaced before it was read.
            before = generations;
        }

        throw new VaultException(VaultErrorKind.Damaged, $"Every copy of the vault's {prefix} objects is damaged.") { ObjectName = prefix };
    }

    /// <summary>Writes both copies of a new generation.</summary>
    /// <returns>False if somebody else made this generation.</returns>
    public static async Task<bool> TryWriteAsync(IObjectStore store, string prefix, int generation, byte[] content, CancellationToken ct)
    {
        if (await store.CreateAsync(Names.Generation(prefix, generation, 'a'), content, ct) == CreateOutcome.AlreadyExists)
        {
            return false;
        }

        await store.CreateAsync(Names.Generation(prefix, generation, 'b'), content, ct);
        return true;
    }

    public static async Task DeleteAsync(IObjectStore store, string prefix, int generation, CancellationToken ct)
    {
        await store.TryDeleteAsync(Names.Generation(prefix, generation, 'b'), ct);
        await store.TryDeleteAsync(Names.Generation(prefix, generation, 'a'), ct);
    }

    /// <summary>The highest generation that there is, intact or not; 0 if there is none.</summary>
    public static async Task<int> HighestAsync(IObjectStore store, string prefix, CancellationToken ct) =>
        (await ListAsync(store, prefix, ct)).DefaultIfEmpty(0).Max();

    public static async Task DeleteOlderAsync(IObjectStore store, string prefix, int generation, CancellationToken ct)
    {
        foreach (var older in (await ListAsync(store, prefix, ct)).Where(g => g < generation))
        {
            await DeleteAsync(store, prefix, older, ct);
        }
    }

    private static async Task<HashSet<int>> ListAsync(IObjectStore store, string prefix, CancellationToken ct)
    {
        var generations = new HashSet<int>();
        await foreach (var item in store.ListAsync(prefix, ct))
        {
            var text = item.Name.Value[prefix.Length..];
            if (text.Length == 10 && text[8] == '.' && text[9] is ('a' or 'b')
                && int.TryParse(text.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var generation)
                && generation > 0)
            {
                generations.Add(generation);
            }
        }

        return generations;
    }

    private static async Task<byte[]?> ReadCopyAsync(IObjectStore store, ObjectName name, int bytesMax, CancellationToken ct)
    {
        try
        {
            return await store.ReadWholeAsync(name, bytesMax, ct);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
        {
            return null;
        }
    }
}
