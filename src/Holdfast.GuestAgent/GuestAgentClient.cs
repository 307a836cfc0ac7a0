using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.GuestAgent.Wire;

namespace Holdfast.GuestAgent;

/// <summary>Typed commands of the QEMU guest agent. Safe to share: it holds no state of the guest.</summary>
/// <remarks>Every method throws <see cref="GuestAgentException"/> where the agent can't or won't answer properly.</remarks>
public sealed partial class GuestAgentClient
{
    private readonly IGuestAgentChannel _channel;
    private readonly GuestAgentClientOptions _options;

    /// <summary>Makes a client that talks over a channel.</summary>
    public GuestAgentClient(IGuestAgentChannel channel, GuestAgentClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _channel = channel;
        _options = options ?? new GuestAgentClientOptions();
    }

    /// <summary>Sees whether the agent answers.</summary>
    public async Task PingAsync(TimeSpan? timeout = null, CancellationToken ct = default) =>
        await CallAsync("guest-ping", AgentWire.Default.JsonElement, timeout, ct);

    /// <summary>Sees whether the agent answers this very question, and not an earlier one.</summary>
    public async Task SyncAsync(TimeSpan? timeout = null, CancellationToken ct = default)
    {
        var id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
        if (await CallAsync("guest-sync", new WireSync(id), AgentWire.Default.Int64, timeout, ct) != id)
            throw AgentReply.Broken("answers another question");
    }

    /// <summary>The agent's version and commands.</summary>
    public async Task<AgentInfo> InfoAsync(CancellationToken ct = default)
    {
        var info = await CallAsync("guest-info", AgentWire.Default.WireInfo, null, ct);
        var listed = AtMost(info.SupportedCommands ?? throw AgentReply.Broken("lists no commands"), GuestAgentLimits.Commands);
        var commands = new Dictionary<string, bool>(listed.Count, StringComparer.Ordinal);
        foreach (var command in listed)
            commands[Required(command?.Name)] = command!.Enabled ?? false;
        return new AgentInfo(Required(info.Version), commands);
    }

    /// <summary>The guest's operating system.</summary>
    public async Task<GuestOs> OsInfoAsync(CancellationToken ct = default)
    {
        var os = await CallAsync("guest-get-osinfo", AgentWire.Default.WireOs, null, ct);
        return new GuestOs(Optional(os.Id), Optional(os.Name), Optional(os.PrettyName), Optional(os.VersionId), Optional(os.KernelRelease), Optional(os.Machine));
    }

    /// <summary>The mounted file systems that the agent knows: those it would freeze.</summary>
    public async Task<IReadOnlyList<GuestFileSystem>> FsInfoAsync(CancellationToken ct = default)
    {
        var listed = AtMost(await CallAsync("guest-get-fsinfo", AgentWire.Default.ListWireFileSystem, null, ct), GuestAgentLimits.FileSystems);
        return [.. listed.Select(fs => fs is null ? throw AgentReply.Broken("lists a file system that is nothing") : new GuestFileSystem(
            Required(fs.Name), Required(fs.Mountpoint, GuestAgentLimits.PathChars), Required(fs.Type), Bytes(fs.UsedBytes), Bytes(fs.TotalBytes),
            [.. AtMost(fs.Disk ?? [], GuestAgentLimits.DisksOfFileSystem).Select(disk => new GuestDisk(Required(disk?.BusType), Optional(disk!.Dev), Optional(disk.Serial)))]))];
    }

    /// <summary>The guest's network interfaces.</summary>
    public async Task<IReadOnlyList<GuestNetworkInterface>> NetworkInterfacesAsync(CancellationToken ct = default)
    {
        var listed = AtMost(await CallAsync("guest-network-get-interfaces", AgentWire.Default.ListWireInterface, null, ct), GuestAgentLimits.Interfaces);
        return [.. listed.Select(nic => new GuestNetworkInterface(
            Required(nic?.Name), Optional(nic!.HardwareAddress), [.. AtMost(nic.IpAddresses ?? [], GuestAgentLimits.AddressesOfInterface).Select(Address).OfType<GuestIpAddress>()]))];
    }

    /// <summary>The guest's clock, in UTC.</summary>
    public async Task<DateTimeOffset> TimeAsync(CancellationToken ct = default)
    {
        var nanoseconds = await CallAsync("guest-get-time", AgentWire.Default.Int64, null, ct);
        return DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>Asks the guest to shut down. The guest going away before it could answer counts as asked: watch the domain's state.</summary>
    public async Task ShutdownAsync(GuestShutdownMode mode, CancellationToken ct = default)
    {
        var word = mode switch
        {
            GuestShutdownMode.PowerDown => "powerdown",
            GuestShutdownMode.Halt => "halt",
            GuestShutdownMode.Reboot => "reboot",
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        await PingAsync(null, ct);
        try
        {
            await CallAsync("guest-shutdown", new WireShutdown(word), AgentWire.Default.JsonElement, null, ct);
        }
        // By its protocol the agent doesn't answer a shutdown that it carries out.
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.Unresponsive or GuestAgentErrorKind.DomainNotRunning)
        {
        }
    }

    private Task<T> CallAsync<T>(string command, JsonTypeInfo<T> type, TimeSpan? timeout, CancellationToken ct) =>
        CallAsync(command, null, type, timeout, ct);

    private async Task<T> CallAsync<T>(string command, object? arguments, JsonTypeInfo<T> type, TimeSpan? timeout, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(new WireCommand(command, arguments), AgentWire.Default.WireCommand);
        return AgentReply.Read(await _channel.ExchangeAsync(json, timeout ?? _options.CommandTimeout, ct), type);
    }

    private static List<T> AtMost<T>(List<T> list, int max) => list.Count <= max ? list
        : throw new GuestAgentException(GuestAgentErrorKind.LimitExceeded, $"The agent's reply lists more than {max} entries.");

    private static string Required(string? text, int charsMax = GuestAgentLimits.NameChars) =>
        text is { Length: > 0 } ? GuestText.Clean(text, charsMax) : throw AgentReply.Broken("lacks a name");

    private static string? Optional(string? text) => string.IsNullOrEmpty(text) ? null : GuestText.Clean(text, GuestAgentLimits.NameChars);

    private static long? Bytes(ulong? value) => value is null ? null : value <= long.MaxValue ? (long)value : throw AgentReply.Broken("holds an impossible size");

    private static GuestIpAddress? Address(WireAddress? wire) =>
        IPAddress.TryParse(wire?.IpAddress, out var address) && wire!.Prefix is >= 0 and <= 128 and var prefix ? new GuestIpAddress(address, prefix) : null;
}
