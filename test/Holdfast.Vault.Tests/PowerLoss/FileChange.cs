namespace Holdfast.Vault.Tests.PowerLoss;

/// <summary>What a system call did.</summary>
internal enum FileChangeKind
{
    /// <summary>Made a file, empty.</summary>
    Create,

    /// <summary>Made a folder.</summary>
    MakeFolder,

    /// <summary>Wrote into a file.</summary>
    Write,

    /// <summary>Gave a file another name.</summary>
    Rename,

    /// <summary>Removed a file's name, or an empty folder.</summary>
    Remove,

    /// <summary>Made what is in a file, or the names in a folder, durable.</summary>
    Sync,
}

/// <summary>A system call that changed or synced something.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Path">To what.</param>
/// <param name="BegunNanoseconds">When it began.</param>
/// <param name="EndedNanoseconds">When it was over.</param>
internal sealed record FileChange(FileChangeKind Kind, string Path, long BegunNanoseconds, long EndedNanoseconds)
{
    /// <summary>Of a renaming: the former name.</summary>
    public string From { get; init; } = "";

    /// <summary>Of a write: where; null: at the end.</summary>
    public long? Offset { get; init; }

    /// <summary>Of a write: what.</summary>
    public byte[] Data { get; init; } = [];
}
