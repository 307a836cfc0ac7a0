namespace Holdfast.Vault;

/// <summary>The shape of a disk's map: pages of 512 ids; leaf pages (level 0) hold chunk ids, the others ids of pages below.</summary>
internal static class MapShape
{
    public const int PageIds = 512;
    public const int PageBytes = PageIds * ChunkId.SizeBytes;

    /// <summary>The level of the root page: 0 if one page holds all chunks.</summary>
    public static int TopLevel(long chunkCount)
    {
        var level = 0;
        for (long reach = PageIds; reach < chunkCount; reach *= PageIds)
        {
            level++;
        }

        return level;
    }

    /// <summary>How many chunks an entry of a page of this level stands for.</summary>
    public static long EntryReach(int level)
    {
        long reach = 1;
        for (; level > 0; level--)
        {
            reach *= PageIds;
        }

        return reach;
    }
}
