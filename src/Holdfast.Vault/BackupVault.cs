namespace Holdfast.Vault;

/// <summary>
/// An open vault. Members may be called concurrently. (The class isn't called Vault because its namespace is.)
/// </summary>
public sealed class BackupVault : IAsyncDisposable
{
    /// <summary>Its id.</summary>
    public VaultId Id => throw new NotImplementedException();

    /// <summary>Makes a vault where there is nothing yet.</summary>
    /// <exception cref="VaultException">AlreadyExists: there is a vault, or something else; nothing was changed.</exception>
    public static Task<VaultCreated> InitAsync(IObjectStore store, VaultInitOptions options, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Opens a vault.</summary>
    /// <exception cref="VaultException">NotAVault, WrongKey, Unsupported, ...</exception>
    public static Task<BackupVault> OpenAsync(IObjectStore store, VaultCredential credential, VaultOpenOptions options, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The vault's figures.</summary>
    public Task<VaultInfo> GetInfoAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The points, oldest first; of one source, or all.</summary>
    /// <remarks>Points whose own object is damaged aren't among them: <see cref="ListUnreadablePointsAsync"/> names those.</remarks>
    public Task<IReadOnlyList<Point>> ListPointsAsync(SourceId? source, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Points that are there but whose own object is damaged.</summary>
    public Task<IReadOnlyList<UnreadablePoint>> ListUnreadablePointsAsync(SourceId? source, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A point.</summary>
    /// <exception cref="VaultException">PointNotFound, Damaged.</exception>
    public Task<Point> GetPointAsync(SourceId source, PointId point, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Begins a session that makes one point of the source.</summary>
    public Task<VaultSession> OpenSessionAsync(SourceId source, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A buffer of one chunk, for a disk writer.</summary>
    public ChunkBuffer RentChunk(int chunkSizeBytes) => throw new NotImplementedException();

    /// <summary>Reads an attachment whole.</summary>
    /// <exception cref="VaultException">AttachmentNotFound, Damaged.</exception>
    public Task<byte[]> ReadAttachmentAsync(Point point, string name, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Writes every chunk of a disk that isn't zero to the target.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="progress">Told the bytes of the disk that are done (zeros included), rising to its size.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="VaultException">Damaged: a chunk can't be read.</exception>
    public Task CopyDiskToAsync(PointDisk disk, IDiskTarget target, IProgress<long>? progress, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Reads a chunk into the target, which is of the chunk size; bytes behind the disk's end are zero.</summary>
    /// <returns>False if the chunk is zeros (the target is cleared).</returns>
    public Task<bool> ReadChunkAsync(PointDisk disk, long chunkIndex, Memory<byte> target, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The chunks that are absent from the index or lie in damaged or missing packs, ascending. Reads maps, not data.</summary>
    public IAsyncEnumerable<ChunkRange> FindUnreadableChunksAsync(PointDisk disk, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>How many of a disk's chunks hold data (aren't zeros). Reads maps, not data.</summary>
    public Task<long> CountDataChunksAsync(PointDisk disk, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Reads, decrypts and checks every chunk of the points; records damaged packs in the vault.</summary>
    public Task<VerifyReport> VerifyAsync(IReadOnlyList<Point> points, IProgress<VerifyProgress>? progress, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Deletes a point. Its space comes back by garbage collection.</summary>
    /// <exception cref="VaultException">PointProtected, PointNotFound.</exception>
    public Task DeletePointAsync(SourceId source, PointId point, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Sets what keeps a point.</summary>
    /// <exception cref="VaultException">PointNotFound, Conflict.</exception>
    public Task SetRetentionAsync(SourceId source, PointId point, RetentionMark mark, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The sessions that are open.</summary>
    public Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Revokes a session: afterwards it can't commit, and what it stored is deleted.</summary>
    /// <returns>False if it had committed before.</returns>
    public Task<bool> RevokeSessionAsync(SourceId source, PointId point, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Revokes the sessions whose writers are dead, and removes all that dead writers left behind.</summary>
    /// <returns>The sessions revoked.</returns>
    public Task<IReadOnlyList<SessionInfo>> CleanUpDeadSessionsAsync(DeadSessionOptions options, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The key slots.</summary>
    public Task<IReadOnlyList<KeySlot>> ListKeySlotsAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Adds a passphrase; it is tried before this returns.</summary>
    public Task<KeySlot> AddPassphraseAsync(string passphrase, string label, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Adds a key file's bytes; they are tried before this returns.</summary>
    public Task<KeySlot> AddKeyFileAsync(ReadOnlyMemory<byte> content, string label, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Makes another recovery key; the old one stays until it is removed.</summary>
    public Task<(KeySlot Slot, RecoveryKey Key)> AddRecoveryKeyAsync(string label, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Removes a key slot.</summary>
    /// <exception cref="VaultException">LastKeySlot, KeySlotNotFound.</exception>
    public Task RemoveKeySlotAsync(string slotId, CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
