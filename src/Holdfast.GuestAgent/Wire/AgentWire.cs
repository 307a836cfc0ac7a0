using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.GuestAgent.Wire;

// Shapes of qemu-ga's protocol (qga/qapi-schema.json). Every member that a reply could leave out is nullable: presence is checked where it matters.

internal sealed record WireCommand(string Execute, object? Arguments);

internal sealed record WireSync(int Id);
internal sealed record WireFreezeList(IReadOnlyList<string> Mountpoints);
internal sealed record WireShutdown(string Mode);
internal sealed record WireExec(string Path, IReadOnlyList<string> Arg, [property: JsonPropertyName("capture-output")] bool CaptureOutput);
internal sealed record WirePid(long Pid);
internal sealed record WireFileOpen(string Path, string Mode);
internal sealed record WireFileHandle(long Handle);
internal sealed record WireFileReadCount(long Handle, int Count);

internal sealed record WireInfo(string? Version, [property: JsonPropertyName("supported_commands")] List<WireInfoCommand>? SupportedCommands);
internal sealed record WireInfoCommand(string? Name, bool? Enabled);

internal sealed record WireOs(
    string? Id, string? Name,
    [property: JsonPropertyName("pretty-name")] string? PrettyName,
    [property: JsonPropertyName("version-id")] string? VersionId,
    [property: JsonPropertyName("kernel-release")] string? KernelRelease,
    string? Machine);

internal sealed record WireFileSystem(
    string? Name, string? Mountpoint, string? Type,
    [property: JsonPropertyName("used-bytes")] ulong? UsedBytes,
    [property: JsonPropertyName("total-bytes")] ulong? TotalBytes,
    List<WireDisk>? Disk);
internal sealed record WireDisk([property: JsonPropertyName("bus-type")] string? BusType, string? Dev, string? Serial);

internal sealed record WireInterface(
    string? Name,
    [property: JsonPropertyName("hardware-address")] string? HardwareAddress,
    [property: JsonPropertyName("ip-addresses")] List<WireAddress>? IpAddresses);
internal sealed record WireAddress([property: JsonPropertyName("ip-address")] string? IpAddress, int? Prefix);

internal sealed record WireProcess(long? Pid);
internal sealed record WireExecStatus(
    bool? Exited, long? Exitcode, long? Signal,
    [property: JsonPropertyName("out-data")] string? OutData,
    [property: JsonPropertyName("err-data")] string? ErrData,
    [property: JsonPropertyName("out-truncated")] bool? OutTruncated,
    [property: JsonPropertyName("err-truncated")] bool? ErrTruncated);

internal sealed record WireFileRead(long? Count, [property: JsonPropertyName("buf-b64")] string? BufB64, bool? Eof);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    MaxDepth = GuestAgentLimits.ReplyDepth)]
[JsonSerializable(typeof(WireCommand))]
[JsonSerializable(typeof(WireSync))]
[JsonSerializable(typeof(WireFreezeList))]
[JsonSerializable(typeof(WireShutdown))]
[JsonSerializable(typeof(WireExec))]
[JsonSerializable(typeof(WirePid))]
[JsonSerializable(typeof(WireFileOpen))]
[JsonSerializable(typeof(WireFileHandle))]
[JsonSerializable(typeof(WireFileReadCount))]
[JsonSerializable(typeof(WireInfo))]
[JsonSerializable(typeof(WireOs))]
[JsonSerializable(typeof(List<WireFileSystem>))]
[JsonSerializable(typeof(List<WireInterface>))]
[JsonSerializable(typeof(WireProcess))]
[JsonSerializable(typeof(WireExecStatus))]
[JsonSerializable(typeof(WireFileRead))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AgentWire : JsonSerializerContext;
