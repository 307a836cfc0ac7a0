using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health.Windows;

/// <summary>
/// A stand-in for qemu-ga of a Windows guest: it speaks the agent's protocol over the guest's own port (lines of JSON, guest-sync-delimited with its 0xFF), and
/// answers programs with transcripts. What it is told to answer instead may be as hostile as a guest can be.
/// </summary>
internal sealed class WindowsAgent : IAsyncDisposable
{
    private static readonly string Transcripts = Path.Combine(Host.Repository, "test/Holdfast.EndToEnd.Tests/Health/Windows/Transcripts");
    private static readonly string[] Commands =
    [
        "guest-sync", "guest-sync-delimited", "guest-ping", "guest-info", "guest-get-osinfo", "guest-fsfreeze-status", "guest-fsfreeze-freeze",
        "guest-fsfreeze-thaw", "guest-get-fsinfo", "guest-network-get-interfaces", "guest-exec", "guest-exec-status", "guest-file-open", "guest-file-read", "guest-file-close",
    ];

    private readonly Socket _socket;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, (int Code, byte[] Output)> _programs = new();
    private readonly ConcurrentDictionary<long, (int Code, byte[] Output)> _ended = new();
    private readonly Task _talking;
    private long _next = 4000;
    private bool _frozen;

    private WindowsAgent(Socket socket)
    {
        _socket = socket;
        _talking = TalkAsync();
        Reset();
    }

    /// <summary>What it does instead of answering a command: bytes are written as they are, null is silence.</summary>
    public ConcurrentDictionary<string, Func<JsonNode?, IEnumerable<byte[]>?>> Instead { get; } = new();

    /// <summary>The programs that were run, with their arguments.</summary>
    public ConcurrentQueue<string> Run { get; } = new();

    /// <summary>Told of each program that was run.</summary>
    public Action<string>? Ran { get; set; }

    /// <summary>Takes the host's end of the relay.</summary>
    public static async Task<WindowsAgent> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new WindowsAgent(socket);
    }

    /// <summary>A guest that is well, again.</summary>
    public void Reset()
    {
        Instead.Clear();
        Run.Clear();
        Ran = null;
        _programs.Clear();
        _frozen = false;
        Says("vssadmin list writers", "vssadmin-writers.en.utf8.txt");
        Says("vssadmin list providers", "vssadmin-providers.en.utf8.txt");
        Says("powershell.exe", "powershell.txt");
        Says("manage-bde -status", "manage-bde.en.utf8.txt");
        foreach (var service in (string[])["COMSysApp", "MSDTC"])
            Says($"sc query {service}", $"sc-query-{service}.txt");
        foreach (var service in (string[])["COMSysApp", "MSDTC", "msiserver", "QEMU-GA"])
            Says($@"reg query HKLM\SYSTEM\CurrentControlSet\Services\{service}", $"reg-{service}.txt");
        Says(@"reg query HKLM\SYSTEM\CurrentControlSet\Services\QEMU Guest Agent VSS Provider", "reg-vss-provider.txt");
        Says(@"reg query HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "reg-dotnet-recent.txt");
        Says(@"reg query HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", "reg-dotnet4.txt");
        Says(@"reg query HKLM\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\X64", "reg-vc-runtime.txt");
    }

    /// <summary>What a program prints.</summary>
    public void Says(string program, string transcript) => _programs[program] = (0, File.ReadAllBytes(Path.Combine(Transcripts, transcript)));

    /// <summary>The code that a program ends with, having printed nothing.</summary>
    public void Ends(string program, int code) => _programs[program] = (code, []);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _socket.Dispose();
        await _talking;
        _end.Dispose();
    }

    private async Task TalkAsync()
    {
        await Task.Yield();
        await using var stream = new NetworkStream(_socket);
        var line = new List<byte>();
        var buffer = new byte[8192];
        try
        {
            while (await stream.ReadAsync(buffer, _end.Token) is > 0 and var read)
            {
                foreach (var next in buffer.AsMemory(0, read).ToArray())
                {
                    if (next == '\n')
                    {
                        await AnswerAsync(stream, [.. line]);
                        line.Clear();
                    }
                    else if (next != 0xFF)
                    {
                        line.Add(next);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The guest is gone.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, byte[] line)
    {
        JsonNode? command;
        try
        {
            command = JsonNode.Parse(line);
        }
        catch (JsonException)
        {
            return;
        }

        var name = (string?)command?["execute"] ?? "";
        var answers = Instead.TryGetValue(name, out var instead) ? instead(command!["arguments"]) : [Line(Answer(name, command!["arguments"]))];
        foreach (var answer in answers ?? [])
            await stream.WriteAsync(name == "guest-sync-delimited" ? [0xFF, .. answer] : answer, _end.Token);
    }

    private string Answer(string name, JsonNode? arguments) => name switch
    {
        "guest-sync" or "guest-sync-delimited" => Return(arguments!["id"]!.ToJsonString()),
        "guest-ping" or "guest-file-close" => Return("{}"),
        "guest-info" => Return($$"""{"version":"107.0.1","supported_commands":[{{string.Join(',', Commands.Select(c => $$"""{"enabled":true,"name":"{{c}}","success-response":true}"""))}}]}"""),
        "guest-get-osinfo" => Return(
            """{"name":"Microsoft Windows","kernel-release":"17763","version":"Microsoft Windows Server 2019","variant":"server","pretty-name":"Windows Server 2019 Standard","version-id":"2019","variant-id":"server","kernel-version":"10.0","machine":"x86_64","id":"mswindows"}"""),
        "guest-fsfreeze-status" => Return(_frozen ? "\"frozen\"" : "\"thawed\""),
        "guest-fsfreeze-freeze" => Freeze(),
        "guest-fsfreeze-thaw" => Thaw(),
        "guest-get-fsinfo" => Return("""[{"name":"\\\\?\\Volume{1b3b1146-4076-11e1-84aa-806e6f6e6963}\\","mountpoint":"C:\\","type":"NTFS","disk":[],"used-bytes":1073741824,"total-bytes":2147483648}]"""),
        "guest-network-get-interfaces" => Return("[]"),
        "guest-exec" => Start(arguments!),
        "guest-exec-status" => Status((long)arguments!["pid"]!),
        "guest-file-open" => Error($"failed to open file '{(string?)arguments!["path"]}': The system cannot find the path specified."),
        _ => $$"""{"error":{"class":"CommandNotFound","desc":"The command {{name}} has not been found"} }""",
    };

    private string Start(JsonNode arguments)
    {
        var (path, words) = ((string)arguments["path"]!, arguments["arg"]?.AsArray().Select(a => (string)a!).ToList() ?? []);
        Run.Enqueue($"{path} {string.Join(' ', words)}");
        Ran?.Invoke($"{path} {string.Join(' ', words)}");
        if (path == "reg" && words is ["query", _, "/v", "OEMCP"])
            return Started((0, File.ReadAllBytes(Path.Combine(Transcripts, "reg-code-page-950.txt"))));
        if (_programs.TryGetValue(path, out var any) || _programs.TryGetValue($"{path} {string.Join(' ', words)}", out any))
            return Started(any);
        // reg ends with 1 where there is no such key.
        return path == "reg" ? Started((1, [])) : path == "net" ? Started((0, [])) : Error($"Failed to execute child process “{path}” (No such file or directory)");
    }

    private string Started((int, byte[]) end)
    {
        var pid = Interlocked.Increment(ref _next);
        _ended[pid] = end;
        return Return(string.Create(CultureInfo.InvariantCulture, $$"""{"pid":{{pid}} }"""));
    }

    private string Status(long pid) => !_ended.TryGetValue(pid, out var end) ? Error($"PID {pid} does not exist")
        : Return(string.Create(CultureInfo.InvariantCulture, $$"""{"exited":true,"exitcode":{{end.Code}}{{(end.Output.Length == 0 ? "" : $",\"out-data\":\"{Convert.ToBase64String(end.Output)}\"")}} }"""));

    private string Freeze()
    {
        _frozen = true;
        return Return("1");
    }

    private string Thaw()
    {
        var were = _frozen ? 1 : 0;
        _frozen = false;
        return Return(were.ToString(CultureInfo.InvariantCulture));
    }

    public static byte[] Line(string json) => Encoding.UTF8.GetBytes(json + "\n");

    public static string Return(string json) => $$"""{"return": {{json}} }""";

    public static string Error(string description) => JsonSerializer.Serialize(new { error = new { @class = "GenericError", desc = description } });
}
