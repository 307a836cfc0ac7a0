using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Vault.Tests.PowerLoss;

/// <summary>Records with strace what this process changes below a folder.</summary>
internal sealed partial class FileTrace : IAsyncDisposable
{
    private const string Calls =
        "openat,open,creat,write,writev,pwrite64,pwritev,pwritev2,truncate,ftruncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,unlink,unlinkat,mkdir,mkdirat,rmdir";

    private readonly string _folder;
    private readonly DirectoryInfo _output;
    private readonly Process _strace;

    private FileTrace(string folder, DirectoryInfo output, Process strace) => (_folder, _output, _strace) = (folder, output, strace);

    /// <summary>Starts, and returns when every thread is watched.</summary>
    public static async Task<FileTrace> StartAsync(string folder, CancellationToken ct)
    {
        var output = Directory.CreateTempSubdirectory("holdfast-trace-");
        // A file a thread: calls of several threads don't interrupt each other's lines.
        var start = new ProcessStartInfo("strace")
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "-ff", "-y", "-xx", "-s", "16777216", "--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns", "-e", "trace=" + Calls, "-e", "signal=none",
                "-o", Path.Combine(output.FullName, "t"), "-p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            },
        };
        var strace = Process.Start(start)!;
        while (await strace.StandardError.ReadLineAsync(ct) is { } said)
        {
            if (said.Contains(" attached", StringComparison.Ordinal))
            {
                _ = strace.StandardError.ReadToEndAsync(CancellationToken.None);
                return new FileTrace(folder, output, strace);
            }
        }

        throw new InvalidOperationException("strace could not attach to this process.");
    }

    /// <summary>Ends it; gives the changes in the order in which they were over.</summary>
    public async Task<IReadOnlyList<FileChange>> StopAsync(CancellationToken ct)
    {
        using (var kill = Process.Start("kill", ["-INT", _strace.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(ct);
        await _strace.WaitForExitAsync(ct);
        var changes = new List<FileChange>();
        foreach (var file in _output.GetFiles())
        {
            await foreach (var line in File.ReadLinesAsync(file.FullName, Encoding.Latin1, ct))
            {
                if (Read(line) is { } change && change.Path.StartsWith(_folder, StringComparison.Ordinal))
                    changes.Add(change);
            }
        }

        return [.. changes.OrderBy(c => c.EndedNanoseconds)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited)
        {
            _strace.Kill();
            await _strace.WaitForExitAsync();
        }

        _strace.Dispose();
        _output.Delete(recursive: true);
    }

    private static FileChange? Read(string line)
    {
        if (Line().Match(line) is not { Success: true } read || read.Groups["result"].Value.StartsWith('-'))
            return null;
        var (call, arguments) = (read.Groups["call"].Value, read.Groups["arguments"].Value);
        var begun = Nanoseconds(read.Groups["at"].Value);
        var ended = begun + Nanoseconds(read.Groups["took"].Value);
        var names = Quoted().Matches(arguments).Select(m => Text(m.Groups[1].Value)).ToList();
        var opened = Opened().Match(arguments) is { Success: true } file ? Text(file.Groups[1].Value) : "";
        FileChange Of(FileChangeKind kind, string path) => new(kind, path, begun, ended);
        return call switch
        {
            "openat" or "open" or "creat" => call == "creat" || arguments.Contains("O_CREAT", StringComparison.Ordinal) ? Of(FileChangeKind.Create, names[0])
                : arguments.Contains("O_TRUNC", StringComparison.Ordinal) ? throw new NotSupportedException(call) : null,
            "mkdir" or "mkdirat" => Of(FileChangeKind.MakeFolder, names[0]),
            "rename" or "renameat" or "renameat2" => Of(FileChangeKind.Rename, names[1]) with { From = names[0] },
            "unlink" or "unlinkat" or "rmdir" => Of(FileChangeKind.Remove, names[0]),
            "fsync" or "fdatasync" => Of(FileChangeKind.Sync, opened),
            "write" => Of(FileChangeKind.Write, opened) with { Data = Bytes(Quoted().Match(arguments).Groups[1].Value) },
            "pwrite64" => Of(FileChangeKind.Write, opened) with
            {
                Data = Bytes(Quoted().Match(arguments).Groups[1].Value), Offset = long.Parse(arguments.AsSpan(arguments.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture),
            },
            // The store uses none of the others; one that begins to has to be understood here first.
            _ => opened.StartsWith('/') || names.Count > 0 ? Of((FileChangeKind)(-1), opened.Length > 0 ? opened : names[0]) : null,
        };
    }

    private static long Nanoseconds(string seconds)
    {
        var point = seconds.IndexOf('.', StringComparison.Ordinal);
        return (long.Parse(seconds.AsSpan(0, point), CultureInfo.InvariantCulture) * 1_000_000_000) + long.Parse(seconds.AsSpan(point + 1), CultureInfo.InvariantCulture);
    }

    private static string Text(string escaped) => escaped.Contains('\\', StringComparison.Ordinal) ? Encoding.UTF8.GetString(Bytes(escaped)) : escaped;

    // \x68\x69
    private static byte[] Bytes(string escaped) => Convert.FromHexString(escaped.Replace("\\x", "", StringComparison.Ordinal));

    [GeneratedRegex(@"^(?<at>\d+\.\d{9}) (?<call>\w+)\((?<arguments>.*)\) += (?<result>-?\d+).*<(?<took>\d+\.\d{9})>$")]
    private static partial Regex Line();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\d+<([^>]*)>")]
    private static partial Regex Opened();
}
