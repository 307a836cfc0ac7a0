namespace Holdfast.ControlPlane.Jobs;

/// <summary>What a run has begun outside the database: stored with its lease before it happens, so that whoever takes over can clean it up.</summary>
/// <param name="SourceId">The VM.</param>
/// <param name="Session">The vault session (the point that it would make): it is revoked. Null before there is one.</param>
/// <param name="ScratchFolder">The folder of the libvirt job's scratch files: proof that a job is this run's. Null before there is one.</param>
/// <param name="Freezing">Whether the guest may be frozen.</param>
/// <param name="RestoreJournal">The journal of a restore, which names all that it makes. Null before there is one, and for backups.</param>
/// <param name="Restored">Whether the restore has done all that it was asked for.</param>
internal sealed record RunEffects(
    Guid SourceId, Guid? Session, string? ScratchFolder, bool Freezing, string? RestoreJournal = null, bool Restored = false);
