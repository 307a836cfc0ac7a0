namespace Holdfast.Vault;

/// <summary>Stores immutable objects by name. INV-1: nothing ever replaces an object.</summary>
/// <remarks>
/// Obligations of every implementation, checked by one conformance suite:
/// an object is seen whole or not at all; once its creation is reported it survives a power cut;
/// of several creations of one name exactly one wins; an object just created is listed;
/// members may be called concurrently. Failures are <see cref="VaultException"/> with a kind that
/// tells full, forbidden and broken apart. A creation that fails by an exception may or may not have
/// taken effect (the reply can be lost): the caller finds out by reading.
/// </remarks>
public interface IObjectStore
{
    /// <summary>A description for people, without secrets: a path or a URL.</summary>
    string Description { get; }

    /// <summary>Creates an object of these bytes, unless there is one of that name.</summary>
    ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Begins an object that is written piece by piece, and published at the end, exclusively.</summary>
    ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct);

    /// <summary>The length of an object; null if there is none.</summary>
    ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct);

    /// <summary>Reads bytes from an offset into the target.</summary>
    /// <returns>The bytes read: fewer than asked only at the object's end; -1 if there is no such object.</returns>
    ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct);

    /// <summary>All objects whose name begins with the prefix (empty, or ending in '/'), in no certain order.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct);

    /// <summary>Deletes an object; it is no error if it isn't there.</summary>
    ValueTask DeleteAsync(ObjectName name, CancellationToken ct);

    /// <summary>
    /// Deletes objects, in no certain order, with as few requests as the store can: who needs an order calls more than once. It is no error if one isn't there.
    /// What fails by an exception, or breaks off, may have deleted any of them.
    /// </summary>
    /// <returns>Those that the store itself keeps until a date: they are there still.</returns>
    async ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        var kept = new List<ObjectName>();
        foreach (var name in names)
        {
            if (!await this.TryDeleteAsync(name, ct))
            {
                kept.Add(name);
            }
        }

        return kept;
    }

    /// <summary>Removes what unfinished uploads of writers that are certainly dead have left behind.</summary>
    ValueTask RemoveRemainsAsync(CancellationToken ct);
}
