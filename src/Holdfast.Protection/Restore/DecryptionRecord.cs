using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Protection.Node;
using Holdfast.Protection.Points;
using Microsoft.Extensions.Logging;

namespace Holdfast.Protection.Restore;

/// <summary>
/// The record of restores that write an encrypted VM's disks in the clear: a line each in audit.log of the state folder, before anything is
/// written, and in the log. A node's own audit log has the request besides.
/// </summary>
internal static partial class DecryptionRecord
{
    /// <summary>Adds a line, durably.</summary>
    public static void Add(EngineContext context, RecoveryPoint point, IReadOnlyList<string> disks, RestoreOptions options)
    {
        var place = options switch
        {
            RestoreDisks files => files.Directory,
            RestoreAsNew asNew => asNew.NewName,
            _ => point.Details.Name,
        };
        var line = JsonSerializer.Serialize(
            new DecryptionLine(context.Time.GetUtcNow(), Environment.UserName, "restore --decrypt", point.Details.Name, point.Id.ToString(), disks, place),
            DecryptionJson.Default.DecryptionLine);
        PrivateFolder.Create(context.Paths.State);
        using (var file = new FileStream(Path.Combine(context.Paths.State, "audit.log"), new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            file.Flush(flushToDisk: true);
        }

        LogDecrypted(context.Logs.CreateLogger(typeof(DecryptionRecord).FullName!), point.Details.Name, point.Id.ToString(), string.Join(' ', disks), place);
    }

    [LoggerMessage(1210, LogLevel.Warning, "audit: encrypted disks of {Vm}, point {Point}, are written in the clear as asked: {Disks}, to {Place}")]
    private static partial void LogDecrypted(ILogger log, string vm, string point, string disks, string place);
}

/// <summary>A line of the record.</summary>
internal sealed record DecryptionLine(
    DateTimeOffset When, string User, string Action, string Vm, string Point, IReadOnlyList<string> Disks, string Place);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DecryptionLine))]
internal sealed partial class DecryptionJson : JsonSerializerContext;
