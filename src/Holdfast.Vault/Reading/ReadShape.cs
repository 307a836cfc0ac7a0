namespace Holdfast.Vault;

/// <summary>In what pieces the packs of a store are read. Nothing here depends on a disk's size, so that memory doesn't.</summary>
/// <param name="BytesMax">The longest piece.</param>
/// <param name="GapBytesMax">As many bytes that nobody asked for may lie between two records of a piece.</param>
/// <param name="OpenMax">Into how many pieces at once the records of a disk are sorted, which leads back and forth between packs.</param>
/// <param name="ReadersMax">How many pieces are in memory at the same time.</param>
/// <param name="BlockBytes">What is read around a record that is asked for alone; 0 for the record alone.</param>
internal sealed record ReadShape(int BytesMax, int GapBytesMax, int OpenMax, int ReadersMax, int BlockBytes)
{
    /// <summary>Of a folder: what lies apart costs a system call.</summary>
    public static ReadShape Near { get; } = new(1 << 20, 64 << 10, 1, int.MaxValue, 0);

    /// <summary>Of a store behind a network: a request costs what megabytes do. Three pieces of 16 MiB are in memory at most.</summary>
    public static ReadShape Distant { get; } = new(16 << 20, 1 << 20, 16, 3, 1 << 20);

    /// <summary>That of a store.</summary>
    public static ReadShape Of(IObjectStore store) => StorePlaces.Innermost(store) is IDistantStore ? Distant : Near;

    /// <summary>How many read at once, of those that could.</summary>
    public int Readers(int parallelism) => Math.Clamp(parallelism, 1, ReadersMax);
}
