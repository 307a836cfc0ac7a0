using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// A store that still takes small objects when it is full: it gives up a piece of the vault's reserve for each. For what frees space in the end:
/// deleting points and collecting garbage.
/// </summary>
internal sealed class SpaceReserve(IObjectStore inner) : IObjectStore
{
    private const int Pieces = 4;
    private const int PieceBytes = 512 * 1024;

    public string Description => inner.Description;

    /// <summary>Makes the pieces that aren't there, as far as there is space.</summary>
    public static async Task FillAsync(IObjectStore store, CancellationToken ct)
    {
        try
        {
            for (var i = 0; i < Pieces; i++)
            {
                if (await store.GetSizeAsync(Names.ReservePiece(i), ct) is null)
                {
                    // Random: neither a file system nor a store behind it makes less of it.
                    await store.CreateAsync(Names.ReservePiece(i), RandomNumberGenerator.GetBytes(PieceBytes), ct);
                }
            }
        }
        catch (VaultException)
        {
            // Full, or read-only: then there is no reserve for now.
        }
    }

    public async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await inner.CreateAsync(name, content, ct);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.NoSpace)
            {
                if (!await TryGiveUpPieceAsync(ct))
                {
                    throw;
                }
            }
        }
    }

    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct) => inner.BeginCreateAsync(name, ct);

    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct) => inner.GetSizeAsync(name, ct);

    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct) => inner.ReadAsync(name, offset, target, ct);

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in inner.ListAsync(prefix, ct))
        {
            yield return item;
        }
    }

    public ValueTask DeleteAsync(ObjectName name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct) => inner.DeleteManyAsync(names, ct);

    public ValueTask RemoveRemainsAsync(CancellationToken ct) => inner.RemoveRemainsAsync(ct);

    private async ValueTask<bool> TryGiveUpPieceAsync(CancellationToken ct)
    {
        for (var i = Pieces - 1; i >= 0; i--)
        {
            if (await inner.GetSizeAsync(Names.ReservePiece(i), ct) is not null)
            {
                await inner.DeleteAsync(Names.ReservePiece(i), ct);
                return true;
            }
        }

        return false;
    }
}
