using System.Collections.Concurrent;

namespace Holdfast.Vault.Tests;

/// <summary>A folder that passes for a store behind a network, and keeps a list of the requests that one would get.</summary>
internal sealed class DistantFolder(IObjectStore inner) : IObjectStore, IDistantStore
{
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>What was asked since the list was cleared.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public int ReadBytesMost { get; private set; }

    public string Description => inner.Description;

    public void Clear() => _requests.Clear();

    public ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        _requests.Enqueue($"create {name}");
        return inner.CreateAsync(name, content, ct);
    }

    /// <remarks>What is shorter than a part is one request, at its end.</remarks>
    public ValueTask<ObjectUpload> BeginCreateAsync(ObjectName name, CancellationToken ct)
    {
        _requests.Enqueue($"create {name}");
        return inner.BeginCreateAsync(name, ct);
    }

    public ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct)
    {
        _requests.Enqueue($"size {name}");
        return inner.GetSizeAsync(name, ct);
    }

    public ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        _requests.Enqueue($"read {name} {offset}+{target.Length}");
        ReadBytesMost = Math.Max(ReadBytesMost, target.Length);
        return inner.ReadAsync(name, offset, target, ct);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct)
    {
        _requests.Enqueue($"list {prefix}");
        return inner.ListAsync(prefix, ct);
    }

    public ValueTask DeleteAsync(ObjectName name, CancellationToken ct)
    {
        _requests.Enqueue($"delete {name}");
        return inner.DeleteAsync(name, ct);
    }

    /// <remarks>One request, as at a store that takes many names in one.</remarks>
    public ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        if (names.Count > 0)
        {
            _requests.Enqueue($"delete {string.Join(' ', names)}");
        }

        return inner.DeleteManyAsync(names, ct);
    }

    public ValueTask RemoveRemainsAsync(CancellationToken ct)
    {
        _requests.Enqueue("list unfinished uploads");
        return inner.RemoveRemainsAsync(ct);
    }
}
