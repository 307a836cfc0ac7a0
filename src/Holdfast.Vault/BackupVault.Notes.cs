namespace Holdfast.Vault;

/// <content>Notes.</content>
public sealed partial class BackupVault
{
    /// <summary>The longest note, in bytes.</summary>
    public const int NoteBytesMax = NoteStore.BytesMax;

    /// <summary>The names of the notes, in order.</summary>
    public Task<IReadOnlyList<string>> ListNotesAsync(CancellationToken ct) => _notes.ListAsync(ct);

    /// <summary>Reads a note as it was last written; null if there is none.</summary>
    /// <exception cref="VaultException">Damaged: nothing of it can be read.</exception>
    public Task<byte[]?> ReadNoteAsync(string name, CancellationToken ct) => _notes.ReadAsync(CheckedNote(name), ct);

    /// <summary>
    /// Writes a note: something small that isn't needed to restore points, but that whoever keeps the vault must not lose. Durable when this
    /// returns. Of several writers the last one counts.
    /// </summary>
    /// <param name="name">Its name: 1 to 64 of <c>[a-z0-9-]</c>.</param>
    /// <param name="content">Its content, up to <see cref="NoteBytesMax"/>.</param>
    /// <param name="ct">Cancels it.</param>
    public Task WriteNoteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, NoteBytesMax, nameof(content));
        return _notes.WriteAsync(CheckedNote(name), content, ct);
    }

    /// <summary>Deletes a note; it is no error if there is none.</summary>
    public Task DeleteNoteAsync(string name, CancellationToken ct)
    {
        _config.Require(VaultOperation.Write);
        return _notes.DeleteAsync(CheckedNote(name), ct);
    }

    private static string CheckedNote(string name) =>
        NoteStore.IsName(name) ? name : throw new ArgumentException("Not the name of a note.", nameof(name));
}
