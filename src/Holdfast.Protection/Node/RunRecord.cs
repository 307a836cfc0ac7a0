using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Protection.Node;

/// <summary>What a run holds outside this process, so that the next start can clean up after a crash.</summary>
/// <param name="Source">The VM's UUID.</param>
/// <param name="Name">The VM's name.</param>
/// <param name="Uri">libvirt's URI.</param>
/// <param name="ScratchFolder">The folder with the job's socket and scratch files: proof that a job is ours.</param>
/// <param name="Checkpoint">The checkpoint that the run makes.</param>
public sealed record RunRecord(Guid Source, string Name, string Uri, string ScratchFolder, string? Checkpoint);

/// <summary>The run records in a node's state folder: one file a VM, durable once written.</summary>
/// <param name="paths">The node's folders.</param>
public sealed class RunRecords(NodePaths paths)
{
    private readonly string _folder = Path.Combine(paths.State, "runs");

    /// <summary>Writes a record, replacing the VM's earlier one.</summary>
    public void Write(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        PrivateFolder.Create(_folder);
        HostFile.WriteDurably(PathOf(record.Source), JsonSerializer.SerializeToUtf8Bytes(record, RunRecordJson.Default.RunRecord));
    }

    /// <summary>The record of a VM, or null. A file that can't be read as one counts as none.</summary>
    public RunRecord? Read(Guid source)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(source)), RunRecordJson.Default.RunRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The name of a VM as its record has it; its UUID where the record can't be read.</summary>
    public string NameOf(Guid source)
    {
        try
        {
            return Read(source)?.Name ?? source.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return source.ToString();
        }
    }

    /// <summary>The VMs that have a record.</summary>
    public IReadOnlyList<Guid> List() => !Directory.Exists(_folder) ? [] :
        [.. Directory.EnumerateFiles(_folder, "*.json").Select(Path.GetFileNameWithoutExtension)
            .Select(name => Guid.TryParseExact(name, "N", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];

    /// <summary>Removes the record of a VM.</summary>
    public void Remove(Guid source) => File.Delete(PathOf(source));

    private string PathOf(Guid source) => Path.Combine(_folder, source.ToString("N") + ".json");
}

[JsonSerializable(typeof(RunRecord))]
internal sealed partial class RunRecordJson : JsonSerializerContext;
