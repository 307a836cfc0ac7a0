using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A root shell in a guest, through its agent's guest-exec, with nothing of Holdfast between.</summary>
public sealed class GuestAgentShell(string domain, Libvirt? libvirt = null)
{
    private readonly Libvirt _libvirt = libvirt ?? Libvirt.System;

    private static readonly string[] ReadFromInput = ["-s"];

    /// <summary>Waits until the agent answers.</summary>
    public Task AwaitAsync(int seconds = 240) => Eventually.TrueAsync(
        $"the agent of {domain} answers",
        async () => (await TryAskAsync("""{"execute":"guest-ping"}""", 5).ConfigureAwait(false)).ExitCode == 0, seconds);

    /// <summary>Sends one command to the agent; the answer's 'return'.</summary>
    public async Task<JsonElement> AskAsync(string command)
    {
        using var answer = JsonDocument.Parse((await TryAskAsync(command, 60).ConfigureAwait(false)).Succeeded());
        return answer.RootElement.GetProperty("return").Clone();
    }

    /// <summary>Runs a shell script in the guest and returns what it printed; anything but exit code 0 fails the test.</summary>
    public async Task<string> RunAsync(string script) => (await TryRunAsync(script).ConfigureAwait(false)).Succeeded();

    /// <summary>Runs a shell script in the guest, whatever its exit code.</summary>
    public async Task<ToolResult> TryRunAsync(string script)
    {
        var request = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["execute"] = "guest-exec",
            ["arguments"] = new Dictionary<string, object>
            {
                ["path"] = "/bin/sh", ["arg"] = ReadFromInput, ["input-data"] = Tool.Base64(script), ["capture-output"] = true,
            },
        });
        var pid = (await AskAsync(request).ConfigureAwait(false)).GetProperty("pid").GetInt32();
        var query = string.Create(CultureInfo.InvariantCulture, $$$"""{"execute":"guest-exec-status","arguments":{"pid":{{{pid}}}}}""");
        JsonElement status = default;
        await Eventually.TrueAsync(
            $"'{script}' ended in {domain}",
            async () =>
            {
                // A guest that QEMU has paused for a moment (out of scratch space) doesn't answer until it is resumed.
                var answer = await TryAskAsync(query, 60).ConfigureAwait(false);
                if (answer.ExitCode != 0)
                    return false;
                using var read = JsonDocument.Parse(answer.Output);
                status = read.RootElement.GetProperty("return").Clone();
                return status.GetProperty("exited").GetBoolean();
            },
            180).ConfigureAwait(false);
        var code = status.TryGetProperty("exitcode", out var exit) ? exit.GetInt32() : -1;
        return new ToolResult(script, code, Text(status, "out-data"), Text(status, "err-data"));
    }

    /// <summary>Whether the agent holds the guest's file systems frozen.</summary>
    public async Task<bool> IsFrozenAsync() =>
        (await AskAsync("""{"execute":"guest-fsfreeze-status"}""").ConfigureAwait(false)).GetString() == "frozen";

    /// <summary>Writes files of random bytes, and brings them to the disk.</summary>
    public Task WriteFilesAsync(string folder, int count, int kibibytesEach) => RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
        set -e; mkdir -p {folder}
        i=0; while [ $i -lt {count} ]; do dd if=/dev/urandom of={folder}/f$i bs=1k count={kibibytesEach} 2>/dev/null; i=$((i+1)); done
        sync
        """));

    /// <summary>The guest's own checksums of every file below <paramref name="folder"/>.</summary>
    public Task<string> ChecksumsAsync(string folder) =>
        RunAsync($"cd {folder} && find . -type f | sort | xargs sha256sum");

    private Task<ToolResult> TryAskAsync(string command, int seconds) => _libvirt.TryVirshAsync(
        "qemu-agent-command", domain, command, "--timeout", seconds.ToString(CultureInfo.InvariantCulture));

    private static string Text(JsonElement status, string name) => status.TryGetProperty(name, out var data)
        ? Encoding.UTF8.GetString(data.GetBytesFromBase64()) : "";
}
