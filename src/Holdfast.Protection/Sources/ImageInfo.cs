using System.Text.Json;
using Holdfast.Faults;

namespace Holdfast.Protection.Sources;

/// <summary>A persistent dirty bitmap in a qcow2 image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsUsable">Whether it holds: not 'in-use', which means that it wasn't written back after its last use.</param>
/// <param name="IsRecording">Whether it goes on recording when the image is opened ('auto').</param>
public sealed record ImageBitmap(string Name, bool IsUsable, bool IsRecording);

/// <summary>What qemu-img says of an image and its chain.</summary>
/// <param name="Path">The image's path.</param>
/// <param name="Format">qcow2, raw, ...</param>
/// <param name="SizeBytes">Virtual size.</param>
/// <param name="Compat">qcow2 version (0.10, 1.1), or null.</param>
/// <param name="HasDataFile">Whether its data lies in another file.</param>
/// <param name="IsEncrypted">Whether it is encrypted.</param>
/// <param name="Bitmaps">Its persistent bitmaps.</param>
/// <param name="BackingPath">Path of its backing image, or null.</param>
/// <param name="BackingFormat">Format of the backing image as its header records it, or null.</param>
public sealed record ImageInfo(
    string Path, string Format, long SizeBytes, string? Compat, bool HasDataFile, bool IsEncrypted, IReadOnlyList<ImageBitmap> Bitmaps,
    string? BackingPath, string? BackingFormat)
{
    private const int ChainMax = 200;

    /// <summary>Why QEMU can't keep a persistent dirty bitmap in it, or null where it can.</summary>
    public string? TrackingObstacle => this switch
    {
        { Format: not "qcow2" } => $"the format {Format} has no dirty bitmaps",
        { Compat: "0.10" } => "qcow2 of version 2 (compat 0.10) has no dirty bitmaps; qemu-img amend -o compat=1.1 upgrades it",
        { HasDataFile: true } => "its data lies in an external data file",
        _ => null,
    };

    /// <summary>
    /// It doesn't say what its backing image's format is: QEMU would guess, from what a guest may have written into a raw image, and read
    /// whatever file of the host that names.
    /// </summary>
    public bool HasGuessedBacking => BackingPath is not null && BackingFormat is null;

    /// <summary>The image and its backing chain, top first.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format; null lets qemu-img probe, which is not to be trusted for anything that a guest has written to.</param>
    /// <param name="isShared">Look although a running VM holds its locks: only for what doesn't change while the VM runs.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="FaultException">There is no such image, it is in use, or it can't be read.</exception>
    public static async Task<IReadOnlyList<ImageInfo>> ReadChainAsync(string path, string? format, bool isShared, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new FaultException(BackupFaults.ImageNotFound(full));
        List<string> arguments = ["info", "--output=json", "--backing-chain"];
        if (isShared)
            arguments.Add("--force-share");
        if (format is not null)
            arguments.AddRange(["-f", format]);
        var (output, error, exitCode) = await QemuImg.RunAsync([.. arguments, "--", full], ct).ConfigureAwait(false);
        if (exitCode != 0)
        {
            var reason = error.Trim();
            throw new FaultException(reason.Contains("lock", StringComparison.Ordinal)
                ? BackupFaults.ImageInUse(full, reason) : BackupFaults.ImageUnreadable(full, reason));
        }

        using var document = JsonDocument.Parse(output);
        return [.. document.RootElement.EnumerateArray().Take(ChainMax).Select(Read)];
    }

    private static ImageInfo Read(JsonElement image)
    {
        var specific = image.TryGetProperty("format-specific", out var s) && s.TryGetProperty("data", out var d) ? d : default;
        return new ImageInfo(
            image.GetProperty("filename").GetString()!, image.GetProperty("format").GetString()!, image.GetProperty("virtual-size").GetInt64(),
            Text(specific, "compat"), Text(specific, "data-file") is not null,
            image.TryGetProperty("encrypted", out var encrypted) && encrypted.GetBoolean(), ReadBitmaps(specific),
            Text(image, "full-backing-filename") ?? Text(image, "backing-filename"), Text(image, "backing-filename-format"));
    }

    private static List<ImageBitmap> ReadBitmaps(JsonElement specific)
    {
        if (specific.ValueKind != JsonValueKind.Object || !specific.TryGetProperty("bitmaps", out var bitmaps))
            return [];
        return [.. bitmaps.EnumerateArray().Select(bitmap =>
        {
            var flags = bitmap.GetProperty("flags").EnumerateArray().Select(f => f.GetString()).ToHashSet();
            return new ImageBitmap(bitmap.GetProperty("name").GetString()!, !flags.Contains("in-use"), flags.Contains("auto"));
        })];
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
