namespace Holdfast.Vault.Tests;

/// <summary>The oracle: what every point holds, kept apart from the vault. A chunk is the number of a content; 0 is a chunk of zeros.</summary>
internal sealed class SimulatedModel
{
    public const int Chunks = 640;
    public const int ChunkBytes = 64 * 1024;
    public const long DiskBytes = ((long)Chunks * ChunkBytes) - 1000;

    private const int Contents = 60;

    private readonly byte[][] _contents;
    private readonly Dictionary<PointId, int[]> _disks = [];
    private readonly HashSet<PointId> _certain = [];
    private readonly HashSet<PointId> _possible = [];
    private readonly Lock _lock = new();

    public SimulatedModel(Random random)
    {
        _contents = new byte[Contents][];
        for (var i = 0; i < Contents; i++)
        {
            _contents[i] = new byte[ChunkBytes];
            if (i > 0)
            {
                random.NextBytes(_contents[i].AsSpan(0, 500));
            }
        }
    }

    public byte[] Content(int number) => _contents[number];

    public static int AnyContent(Random random) => random.Next(Contents);

    public int[]? DiskOf(PointId point)
    {
        lock (_lock)
        {
            return _disks.GetValueOrDefault(point);
        }
    }

    /// <summary>A commit is tried: from now on the point may be there.</summary>
    public void Try(PointId point, int[] disk)
    {
        lock (_lock)
        {
            _disks[point] = disk;
            _possible.Add(point);
        }
    }

    /// <summary>The commit was reported: the point has to be there.</summary>
    public void Committed(PointId point)
    {
        lock (_lock)
        {
            _certain.Add(point);
        }
    }

    /// <summary>A deletion is tried: the point may be gone from now on.</summary>
    public void TryDelete(PointId point)
    {
        lock (_lock)
        {
            _certain.Remove(point);
        }
    }

    /// <summary>The deletion was reported: the point must not come back.</summary>
    public void Deleted(PointId point)
    {
        lock (_lock)
        {
            _possible.Remove(point);
        }
    }

    /// <summary>The points of a listing that began at a time when this was true are judged by what is true of them still.</summary>
    public (HashSet<PointId> Certain, HashSet<PointId> Possible) Snapshot()
    {
        lock (_lock)
        {
            return ([.. _certain], [.. _possible]);
        }
    }
}
