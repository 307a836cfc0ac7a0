namespace Holdfast.Vault;

/// <summary>How much of a pack is needed.</summary>
internal sealed class PackUsage(PackInfo pack)
{
    public PackInfo Pack { get; } = pack;

    public long Records { get; private set; }

    public long RecordBytes { get; private set; }

    public long NeededRecords { get; private set; }

    public long NeededBytes { get; private set; }

    public bool IsDead => NeededRecords == 0;

    public double NeededPart => RecordBytes == 0 ? 0 : (double)NeededBytes / RecordBytes;

    public void Add(long bytes, bool needed)
    {
        Records++;
        RecordBytes += bytes;
        if (needed)
        {
            NeededRecords++;
            NeededBytes += bytes;
        }
    }
}
