using System.Globalization;

namespace Holdfast.Vault;

/// <summary>Notes: small sealed objects that whoever keeps the vault writes for itself. Generations by exclusive create, the highest counts.</summary>
internal sealed class NoteStore(IObjectStore store, VaultKeys keys)
{
    public const int BytesMax = 1024 * 1024;
    private const int ConflictsMax = 20;

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var item in store.ListAsync(Names.Notes, ct))
        {
            if (item.Name.Value.Split('/') is [_, var name, _] && IsName(name))
            {
                names.Add(name);
            }
        }

        return [.. names];
    }

    /// <returns>The highest generation that can be opened; null if there is none.</returns>
    /// <exception cref="VaultException">Damaged: there are some, but none can be opened.</exception>
    public async Task<byte[]?> ReadAsync(string name, CancellationToken ct)
    {
        var generations = await GenerationsAsync(name, ct);
        VaultException? damaged = null;
        foreach (var generation in generations.OrderDescending())
        {
            var at = Names.Note(name, generation);
            try
            {
                if (await store.ReadWholeAsync(at, BytesMax + SealedObject.OverheadBytes, ct) is { } bytes)
                {
                    return SealedObject.Open(keys, SealLabel.Note, at, bytes);
                }
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Damaged)
            {
                damaged = e;
            }
        }

        return damaged is null ? null : throw damaged;
    }

    public async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var generations = await GenerationsAsync(name, ct);
            var next = generations.DefaultIfEmpty(0).Max() + 1;
            var at = Names.Note(name, next);
            if (await store.CreateAsync(at, SealedObject.Seal(keys, SealLabel.Note, at, content.Span), ct) == CreateOutcome.AlreadyExists)
            {
                if (attempt < ConflictsMax)
                {
                    continue;
                }

                throw new VaultException(VaultErrorKind.Conflict, $"The note {name} is being written by others all the time.");
            }

            // The one before stays: should the new one be damaged, something of the note is left.
            foreach (var old in generations.Where(g => g < next - 1))
            {
                await store.DeleteAsync(Names.Note(name, old), ct);
            }

            return;
        }
    }

    public async Task DeleteAsync(string name, CancellationToken ct)
    {
        foreach (var generation in (await GenerationsAsync(name, ct)).Order())
        {
            await store.DeleteAsync(Names.Note(name, generation), ct);
        }
    }

    public static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private async Task<List<int>> GenerationsAsync(string name, CancellationToken ct)
    {
        var generations = new List<int>();
        var prefix = $"{Names.Notes}{name}/";
        await foreach (var item in store.ListAsync(prefix, ct))
        {
            var text = item.Name.Value.AsSpan(prefix.Length);
            if (text.Length == 8 && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var generation) && generation > 0)
            {
                generations.Add(generation);
            }
        }

        return generations;
    }
}
