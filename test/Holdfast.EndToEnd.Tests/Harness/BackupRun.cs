using System.Text.Json;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>One VM's backup as the command's JSON tells it.</summary>
public sealed record BackupRun(JsonElement Json)
{
    /// <summary>succeeded, warning, failed or cancelled.</summary>
    public string Outcome => Json.GetProperty("outcome").GetString()!;

    /// <summary>The new point's id.</summary>
    public string Point => Json.GetProperty("point").GetString()!;

    /// <summary>application, fileSystem or crash.</summary>
    public string Consistency => Json.GetProperty("consistency").GetString()!;

    /// <summary>Bytes read from all disks.</summary>
    public long ReadBytes => Json.GetProperty("readBytes").GetInt64();

    /// <summary>Bytes that the vault grew by.</summary>
    public long StoredBytes => Json.GetProperty("storedBytes").GetInt64();

    /// <summary>Codes of the warnings.</summary>
    public IReadOnlyList<string> Warnings =>
        [.. Json.GetProperty("warnings").EnumerateArray().Select(w => w.GetProperty("code").GetString()!)];

    /// <summary>Targets of the disks in the point.</summary>
    public IReadOnlyList<string> Targets =>
        [.. Json.GetProperty("disks").EnumerateArray().Select(d => d.GetProperty("target").GetString()!)];

    /// <summary>How a disk was read: full or incremental.</summary>
    public string Mode(string target) => Disk(target).GetProperty("mode").GetString()!;

    /// <summary>Why a disk was read whole, or null.</summary>
    public string? Reason(string target) => Disk(target).GetProperty("reason").GetString();

    /// <summary>Bytes read from a disk.</summary>
    public long DiskReadBytes(string target) => Disk(target).GetProperty("readBytes").GetInt64();

    private JsonElement Disk(string target) =>
        Json.GetProperty("disks").EnumerateArray().Single(d => d.GetProperty("target").GetString() == target);
}
