using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Runs programs of the machine: virsh, qemu-img, nbdcopy, cmp. The tests' independent hands and eyes.</summary>
public static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Runs to the end and returns what it left, whatever the exit code.</summary>
    public static async Task<ToolResult> TryAsync(
        string file, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return await TryAsync(start, input).ConfigureAwait(false);
    }

    /// <summary>Runs to the end; anything but exit code 0 fails the test.</summary>
    public static async Task<string> RunAsync(string file, params string[] arguments) =>
        (await TryAsync(file, arguments).ConfigureAwait(false)).Succeeded();

    /// <summary>virsh against the system's libvirt.</summary>
    public static Task<string> VirshAsync(params string[] arguments) => Libvirt.System.VirshAsync(arguments);

    /// <summary>virsh, whatever its exit code.</summary>
    public static Task<ToolResult> TryVirshAsync(params string[] arguments) => Libvirt.System.TryVirshAsync(arguments);

    /// <summary>Sends a process a signal (INT); a group of processes by its leader's negative id.</summary>
    public static Task SignalAsync(string signal, int process) =>
        RunAsync("kill", "-" + signal, "--", process.ToString(CultureInfo.InvariantCulture));

    internal static async Task<ToolResult> TryAsync(ProcessStartInfo start, string? input)
    {
        var command = $"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{command}' did not start.");
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new ToolResult(command, process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{command}' did not end within {Limit.TotalMinutes} minutes.");
        }
    }

    /// <summary>The text in base64, as the guest agent wants it.</summary>
    internal static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
