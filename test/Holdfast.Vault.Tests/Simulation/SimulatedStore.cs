namespace Holdfast.Vault.Tests;

/// <summary>What all simulated processes share: named objects in memory, and a limit of space.</summary>
internal sealed class SimulatedStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>What fits in; a full store still deletes.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    public CreateOutcome Create(string name, byte[] content)
    {
        lock (_lock)
        {
            if (_objects.ContainsKey(name))
            {
                return CreateOutcome.AlreadyExists;
            }

            CheckSpace(content.Length);
            _objects[name] = content;
            _bytes += content.Length;
            return CreateOutcome.Created;
        }
    }

    /// <summary>As a file system would, for bytes that are written but not published.</summary>
    public void CheckSpace(long bytes)
    {
        lock (_lock)
        {
            if (_bytes + bytes > CapacityBytes)
            {
                throw new VaultException(VaultErrorKind.NoSpace, "The simulated store is full.");
            }
        }
    }

    public byte[]? Get(string name)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(name);
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
        {
            if (_objects.Remove(name, out var content))
            {
                _bytes -= content.Length;
            }
        }
    }

    public List<(string Name, int Bytes)> List(string prefix, string after = "", int countMax = int.MaxValue)
    {
        lock (_lock)
        {
            return
            [
                .. _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(o.Key, after) > 0)
                    .Take(countMax).Select(o => (o.Key, o.Value.Length)),
            ];
        }
    }

    /// <summary>The same objects in a store of its own.</summary>
    public SimulatedStore Copy()
    {
        var copy = new SimulatedStore();
        lock (_lock)
        {
            foreach (var (name, content) in _objects)
            {
                copy.Create(name, content);
            }
        }

        return copy;
    }

    /// <summary>What no program of ours does: an object gets other bytes.</summary>
    public void Tamper(string name, byte[] content)
    {
        Delete(name);
        Create(name, content);
    }
}
