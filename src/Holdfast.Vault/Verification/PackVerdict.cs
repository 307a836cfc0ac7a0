namespace Holdfast.Vault;

/// <summary>What reading a pack whole showed.</summary>
/// <param name="Reason">What is wrong with it; null if nothing.</param>
/// <param name="GoodRecords">Records that are what their ids say.</param>
/// <param name="BytesRead">Bytes read.</param>
/// <param name="GoodOffsets">Where the good records of a damaged pack are.</param>
internal sealed record PackVerdict(string? Reason, long GoodRecords, long BytesRead, IReadOnlySet<uint> GoodOffsets)
{
    public static readonly PackVerdict Missing = new("the pack is missing", 0, 0, new HashSet<uint>());

    public bool IsLost(uint offset) => Reason is not null && !GoodOffsets.Contains(offset);
}
