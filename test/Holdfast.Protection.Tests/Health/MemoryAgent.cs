using System.Text;
using System.Text.Json;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Tests.Health;

/// <summary>An agent in memory that speaks the protocol's JSON: with files, programs, and answers that a test replaces.</summary>
internal sealed class MemoryAgent : IGuestAgentChannel
{
    private readonly Dictionary<long, (byte[] Content, int At)> _open = [];
    private readonly Dictionary<long, (int Code, string Output)> _ended = [];
    private long _next = 1;

    public Dictionary<string, string> Files { get; } = new()
    {
        ["/proc/meminfo"] = "MemTotal:  1000 kB\nMemFree: 100 kB\nMemAvailable:  600 kB\n",
        ["/proc/self/mountinfo"] = "20 1 253:0 / / rw,relatime - ext4 /dev/vda rw\n21 20 253:16 / /data rw,relatime - xfs /dev/vdb rw\n",
        ["/proc/self/stat"] = "77 (qemu-ga) S",
    };

    /// <summary>What programs print; null: there is no such program.</summary>
    public Func<string, IReadOnlyList<string>, (int Code, string Output)?> Run { get; set; } = (path, arguments) => path switch
    {
        "readlink" => (0, "/usr/sbin/qemu-ga\n"),
        "dpkg-query" => arguments[^1] == "/usr/sbin/qemu-ga" ? (0, "qemu-guest-agent: /usr/sbin/qemu-ga\n") : (1, ""),
        "stat" => (1, ""),
        _ => null,
    };

    public string Version { get; set; } = "7.2.22";

    public HashSet<string> Blocked { get; } = [];

    public bool IsFrozen { get; set; }

    /// <summary>Answers instead of the agent's own, by command.</summary>
    public Dictionary<string, Func<string>> Instead { get; } = [];

    public List<string> Asked { get; } = [];

    public async Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct)
    {
        await Task.Yield();
        using var command = JsonDocument.Parse(commandJson);
        var name = command.RootElement.GetProperty("execute").GetString()!;
        var arguments = command.RootElement.TryGetProperty("arguments", out var given) ? given : default;
        lock (Asked)
        {
            Asked.Add(name);
            if (Instead.TryGetValue(name, out var answer))
                return answer();
            if (Blocked.Contains(name))
                throw GuestAgentException.FromGuest("CommandDisabled", "has been disabled");
            return $$"""{"return":{{Answer(name, arguments)}}}""";
        }
    }

    private string Answer(string name, JsonElement arguments) => name switch
    {
        "guest-ping" => "{}",
        "guest-info" => JsonSerializer.Serialize(new { version = Version, supported_commands = Commands.Select(c => new { name = c, enabled = !Blocked.Contains(c) }) }),
        "guest-fsfreeze-status" => IsFrozen ? "\"frozen\"" : "\"thawed\"",
        "guest-network-get-interfaces" => """[{"name":"eth0","hardware-address":"52:54:00:00:00:01","ip-addresses":[{"ip-address":"192.168.122.50","ip-address-type":"ipv4","prefix":24}]}]""",
        "guest-file-open" => Open(arguments.GetProperty("path").GetString()!),
        "guest-file-read" => Read(arguments.GetProperty("handle").GetInt64(), arguments.GetProperty("count").GetInt32()),
        "guest-file-close" => "{}",
        "guest-exec" => Exec(arguments.GetProperty("path").GetString()!, [.. arguments.GetProperty("arg").EnumerateArray().Select(a => a.GetString()!)]),
        "guest-exec-status" => Status(arguments.GetProperty("pid").GetInt64()),
        _ => throw GuestAgentException.FromGuest("CommandNotFound", $"The command {name} has not been found"),
    };

    private static readonly string[] Commands =
    [
        "guest-ping", "guest-info", "guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-get-fsinfo", "guest-exec",
        "guest-exec-status", "guest-file-open", "guest-file-read", "guest-file-close", "guest-network-get-interfaces",
    ];

    private string Open(string path)
    {
        if (!Files.TryGetValue(path, out var content))
            throw GuestAgentException.FromGuest("GenericError", $"failed to open file '{path}': No such file or directory");
        _open[_next] = (Encoding.UTF8.GetBytes(content), 0);
        return $"{_next++}";
    }

    private string Read(long handle, int count)
    {
        if (!_open.TryGetValue(handle, out var file))
            throw GuestAgentException.FromGuest("GenericError", $"handle {handle} has not been found");
        var (content, at) = file;
        var part = content.AsSpan(at, Math.Min(count, content.Length - at));
        _open[handle] = (content, at + part.Length);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["count"] = part.Length, ["buf-b64"] = Convert.ToBase64String(part), ["eof"] = at + part.Length >= content.Length,
        });
    }

    private string Exec(string path, IReadOnlyList<string> arguments)
    {
        _ended[_next] = Run(path, arguments) ?? throw GuestAgentException.FromGuest("GenericError", $"Failed to execute child process \"{path}\" (No such file or directory)");
        return $$"""{"pid":{{_next++}}}""";
    }

    private string Status(long pid)
    {
        if (!_ended.TryGetValue(pid, out var end))
            throw GuestAgentException.FromGuest("GenericError", $"PID {pid} does not exist");
        var (code, output) = end;
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["exited"] = true, ["exitcode"] = code, ["out-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(output)),
        });
    }
}
