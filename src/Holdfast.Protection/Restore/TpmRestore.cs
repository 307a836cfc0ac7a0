using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Holdfast.Protection.Tpm;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Puts the state of an emulated TPM back into its emulator's folder: a file of the restore among its others, so that it is exchanged with the
/// images or not at all. Nowhere else is it written: a restore to files has none.
/// </summary>
internal static class TpmRestore
{
    /// <summary>The target name of a state among a restore's items.</summary>
    public const string Target = "tpm";

    private const string MemoryFile = "*.volatilestate";

    /// <summary>The state's item for a new VM, or for one that gets the point's configuration.</summary>
    /// <param name="id">The restore.</param>
    /// <param name="uri">The VM's libvirt.</param>
    /// <param name="vm">The VM's UUID.</param>
    /// <param name="definition">What the VM will be defined as.</param>
    /// <param name="saved">What the point keeps.</param>
    /// <returns>Null where there is nothing to put back.</returns>
    /// <exception cref="FaultException">A state can't be put back on this host.</exception>
    public static RestoreItem? ItemOf(string id, LibvirtUri uri, Guid vm, DomainXml definition, SavedConfiguration saved)
    {
        if (definition.Tpms.FirstOrDefault(t => t.IsEmulated) is not { } tpm || saved.Tpm is null)
            return null;
        if (saved.Tpm.Length is 0 or > TpmStateFile.StateBytesMax)
            throw new FaultException(RestoreFaults.TpmStateNotRestorable(definition.Name, "what the point has can't be a state"));
        var place = TpmStatePlace.For(uri, vm, tpm)
            ?? throw new FaultException(RestoreFaults.TpmStateNotRestorable(definition.Name, "it isn't known where libvirt keeps a TPM's state here"));
        // What a running TPM had in memory would be joined with another one's state at the next start.
        if (Directory.Exists(place.Folder) && Directory.EnumerateFiles(place.Folder, MemoryFile).Any())
            throw new FaultException(RestoreFaults.TpmStateNotRestorable(definition.Name, $"a TPM's saved memory lies in {place.Folder}"));
        return RestoreItem.Make(id, Target, place.FilePath, File.Exists(place.FilePath));
    }

    /// <summary>
    /// The state's item for a VM that keeps its present definition, and so its TPM: only where the host has lost the state, and the definition is of the same
    /// TPM. A new one would be made else, which can't open what the guest sealed.
    /// </summary>
    /// <param name="id">The restore.</param>
    /// <param name="uri">The VM's libvirt.</param>
    /// <param name="vm">The VM's UUID.</param>
    /// <param name="present">What the VM is defined as.</param>
    /// <param name="saved">What the point keeps.</param>
    public static RestoreItem? ItemOfLost(string id, LibvirtUri uri, Guid vm, DomainXml present, SavedConfiguration saved)
    {
        var (now, then) = (present.Tpms.FirstOrDefault(t => t.IsEmulated), saved.Xml.Tpms.FirstOrDefault(t => t.IsEmulated));
        if (now is null || then is null || now.Version != then.Version || now.EncryptionSecret != then.EncryptionSecret)
            return null;
        return TpmStatePlace.For(uri, vm, now) is null || ItemOf(id, uri, vm, present, saved) is not { OldPath: null } item ? null : item;
    }

    /// <summary>Writes the state beside its place, 0600; libvirt gives it to the emulator's user when the VM starts.</summary>
    public static Task WriteAsync(RestoreItem item, SavedConfiguration saved, EffectGate effects) => effects.RunAsync(Effect.WriteTpmState, () =>
    {
        TpmStateFile.CreateFolders(Path.GetDirectoryName(item.Path)!);
        ImageRestorer.WriteFile(item, saved.Tpm);
    });

    /// <summary>After an undo: the folders that held nothing but the restore's state go.</summary>
    public static void RemoveFolders(IReadOnlyList<RestoreItem> items)
    {
        foreach (var item in items.Where(i => i is { Target: Target, OldPath: null }))
            TpmStateFile.RemoveEmptyFolders(Path.GetDirectoryName(item.Path)!);
    }

    /// <summary>What a point without the state of a VM's TPM means for a restored VM.</summary>
    public static IEnumerable<Fault> Absence(DomainXml definition, PointDetails details) =>
        definition.Tpms.Any(t => t.IsEmulated) && details.TpmAttachment is null ? [RestoreFaults.TpmStateNotInPoint(definition.Name)] : [];
}
