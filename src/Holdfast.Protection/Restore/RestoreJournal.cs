using System.Text.Json.Serialization;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Restore;

/// <summary>What a restore makes.</summary>
public enum RestoreKind
{
    /// <summary>Image files in a folder.</summary>
    Files,
    /// <summary>A new VM.</summary>
    NewVm,
    /// <summary>New images in the place of a VM's present ones.</summary>
    InPlace,
}

/// <summary>
/// A restore in progress, kept durably in the state folder from before the first file is made until after the last effect, so that
/// whatever a crash leaves behind is finished or undone.
/// </summary>
public sealed record RestoreJournal
{
    /// <summary>The format of this document.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The restore's random id: part of the names of its files.</summary>
    public required string Id { get; init; }

    /// <summary>What it makes.</summary>
    public required RestoreKind Kind { get; init; }

    /// <summary>UUID of the VM that is made or whose disks are replaced; empty for files only.</summary>
    public Guid Uuid { get; init; }

    /// <summary>Name of that VM, or the source's name.</summary>
    public required string Vm { get; init; }

    /// <summary>The point restored.</summary>
    public required string Point { get; init; }

    /// <summary>The vault that it is in; the VM's checkpoints of this and of all other vaults end with an in-place restore.</summary>
    public required string Vault { get; init; }

    /// <summary>
    /// False while new files are written: a crash undoes. True once all are whole and durable: an in-place restore is finished then. False
    /// again while it is undone all the same.
    /// </summary>
    public bool Sealed { get; init; }

    /// <summary>
    /// The boot of the machine on which the VM ran until the restore shut it down: if the restore is undone on the same boot, the VM is
    /// started again. Null where it was off. After a reboot it is libvirt's autostart that decides.
    /// </summary>
    public Guid? RanOnBoot { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<RestoreItem> Items { get; init; }

    /// <summary>Secrets that the restore defines; they go again where it is undone.</summary>
    public IReadOnlyList<Guid> Secrets { get; init; } = [];

    /// <summary>XML to define at the end, or null where the present definition stays.</summary>
    public string? DefineXml { get; init; }
}

/// <summary>One file of a restore.</summary>
/// <param name="Target">Target name of the disk, "nvram", or "tpm" for the state of its TPM.</param>
/// <param name="Path">Its final path.</param>
/// <param name="NewPath">Where it is written first, in the same folder.</param>
/// <param name="OldPath">Where the file that is at <paramref name="Path"/> now is moved; null where there is none.</param>
/// <param name="New">Which file the new one is; set when the journal is sealed.</param>
/// <param name="Old">Which file the old one was, and in which state, when the journal was sealed.</param>
/// <param name="Folder">Which folder they lie in, known when the journal is sealed: another one is there while its file system isn't mounted.</param>
public sealed record RestoreItem(string Target, string Path, string NewPath, string? OldPath, FileStamp? New, FileStamp? Old, FileStamp? Folder = null)
{
    /// <summary>The target name of firmware variables.</summary>
    public const string Nvram = "nvram";

    /// <summary>Whether a start of the VM makes or replaces the file: libvirt makes firmware variables, and a TPM's emulator renames each new state over the last.</summary>
    [JsonIgnore]
    public bool IsMadeAtStart => Target is Nvram or TpmRestore.Target;

    /// <summary>An item of the restore <paramref name="id"/>.</summary>
    public static RestoreItem Make(string id, string target, string path, bool replaces) =>
        new(target, path, $"{path}.holdfast-new-{id}", replaces ? $"{path}.holdfast-old-{id}" : null, null, null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, MaxDepth = 16)]
[JsonSerializable(typeof(RestoreJournal))]
internal sealed partial class RestoreJournalContext : JsonSerializerContext;
