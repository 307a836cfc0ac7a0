using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Windows;

/// <summary>
/// Asks a Windows guest by its own programs, each within bounds of time and output, and none of which changes anything. What a program says that isn't
/// understood is null: unknown, never well. Each is asked once, however many checks want to know.
/// </summary>
internal sealed partial class WindowsGuest(GuestAgentClient agent)
{
    private const string Services = @"HKLM\SYSTEM\CurrentControlSet\Services\";
    private const int RegAbsent = 1;
    private const int PathCharsMax = 300;
    private static readonly GuestExecOptions Bound = new() { Timeout = TimeSpan.FromSeconds(10), KillGrace = TimeSpan.FromSeconds(1), OutputBytesMax = 256 * 1024 };
    private readonly Dictionary<string, object> _asked = new(StringComparer.Ordinal);

    /// <summary>The VSS writers and their states.</summary>
    public Task<IReadOnlyList<VssEntry>?> WritersAsync(CancellationToken ct) => OnceAsync(
        "writers", async () => await OutputAsync("vssadmin", ["list", "writers"], ct).ConfigureAwait(false) is { } text ? VssList.Parse(text, hasStates: true) : null);

    /// <summary>The VSS providers.</summary>
    public Task<IReadOnlyList<VssEntry>?> ProvidersAsync(CancellationToken ct) => OnceAsync(
        "providers", async () => await OutputAsync("vssadmin", ["list", "providers"], ct).ConfigureAwait(false) is { } text ? VssList.Parse(text, hasStates: false) : null);

    /// <summary>The state of a service.</summary>
    public Task<ServiceState?> ServiceAsync(string name, CancellationToken ct) => OnceAsync("sc " + name, async () =>
        await RunAsync("sc", ["query", name], ct).ConfigureAwait(false) switch
        {
            { ExitCode: ServiceState.NoService } => ServiceState.Missing,
            { ExitCode: 0 } run => await TextAsync(run.Output, ct).ConfigureAwait(false) is { } text ? ServiceState.Parse(text) : null,
            _ => null,
        });

    /// <summary>How a service is set up.</summary>
    public Task<RegistryKeys?> SettingsAsync(string service, CancellationToken ct) => RegistryAsync(Services + service, ct);

    /// <summary>The values of a registry key.</summary>
    public Task<RegistryKeys?> RegistryAsync(string key, CancellationToken ct) => OnceAsync("reg " + key, async () =>
        await RunAsync("reg", ["query", key], ct).ConfigureAwait(false) switch
        {
            { ExitCode: RegAbsent } => RegistryKeys.Absent,
            { ExitCode: 0 } run => await TextAsync(run.Output, ct).ConfigureAwait(false) is { } text ? RegistryKeys.Parse(text) : null,
            _ => null,
        });

    /// <summary>What PowerShell tells: one start of it for all, since each takes seconds.</summary>
    public Task<WindowsFacts?> FactsAsync(CancellationToken ct) => OnceAsync("facts", async () =>
    {
        var path = AgentPath(await SettingsAsync("QEMU-GA", ct).ConfigureAwait(false)) ?? @"C:\Program Files\Qemu-ga\qemu-ga.exe";
        return await OutputAsync("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", Script(path)], ct).ConfigureAwait(false) is { } text
            ? WindowsFacts.Parse(text) : null;
    });

    /// <summary>The locks of volumes, as manage-bde words them.</summary>
    public Task<IReadOnlyList<VolumeLock>?> LocksAsync(CancellationToken ct) => OnceAsync<IReadOnlyList<VolumeLock>>(
        "locks", async () => await OutputAsync("manage-bde", ["-status"], ct).ConfigureAwait(false) is { } text ? VolumeLocks.Parse(text) : null);

    /// <summary>The program that the agent's service runs: between quotation marks, or up to the first blank after '.exe'.</summary>
    public static string? AgentPath(RegistryKeys? service)
    {
        if (service?.Text("ImagePath") is not { Length: > 0 } image)
            return null;
        var end = image[0] == '"' ? image.IndexOf('"', 1) : image.IndexOf(".exe", StringComparison.OrdinalIgnoreCase) + 4;
        var path = image[0] == '"' ? end > 1 ? image[1..end] : "" : end > 4 ? image[..end] : "";
        return path.Length is > 0 and <= PathCharsMax ? GuestText.Clean(path, PathCharsMax) : null;
    }

    /// <summary>What PowerShell is asked. A quotation mark in single quotes is written twice, so a path stays a path; PowerShell takes the curved ones for the straight one.</summary>
    public static string Script(string path) => $$"""
        $a = $null; try { $a = (Get-Acl -LiteralPath "$env:ProgramData\Microsoft\Crypto\RSA\MachineKeys").Sddl } catch { }
        $f = $null; try { $f = (Get-Item -LiteralPath '{{SingleQuotes().Replace(path, "$0$0")}}').VersionInfo.ProductVersion } catch { }
        $v = $null
        try {
          $v = @(Get-CimInstance -Namespace root/cimv2/Security/MicrosoftVolumeEncryption -ClassName Win32_EncryptableVolume -ErrorAction Stop |
            ForEach-Object { @{ drive = $_.DriveLetter; lock = [int](Invoke-CimMethod -InputObject $_ -MethodName GetLockStatus).LockStatus } })
        } catch { if ("$($_.Exception.NativeErrorCode)" -in 'InvalidNamespace', 'InvalidClass') { $v = @() } }
        @{ sddl = $a; version = $f; volumes = $v } | ConvertTo-Json -Depth 4 -Compress
        """;

    private async Task<string?> OutputAsync(string program, string[] arguments, CancellationToken ct) =>
        await RunAsync(program, arguments, ct).ConfigureAwait(false) is { ExitCode: 0 } run ? await TextAsync(run.Output, ct).ConfigureAwait(false) : null;

    // Null: there is no such program, or it didn't end in time, or it said more than is ever needed.
    private async Task<GuestExecResult?> RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        try
        {
            var run = await agent.ExecAsync(new GuestCommand(program, arguments), Bound, ct).ConfigureAwait(false);
            return run.TimedOut || run.Output.Truncated ? null : run;
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError)
        {
            return null;
        }
    }

    private async Task<string?> TextAsync(GuestOutput output, CancellationToken ct) => WindowsText.TryDecode(output.Tail.Span)
        ?? (await CodePageAsync(ct).ConfigureAwait(false) is { } page ? WindowsText.Decode(output.Tail.Span, page) : null);

    // What programs write in is the OEM code page; the registry's answer is plain ASCII.
    private async Task<int?> CodePageAsync(CancellationToken ct) => await OnceAsync("code page", async () =>
    {
        var run = await RunAsync("reg", ["query", @"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage", "/v", "OEMCP"], ct).ConfigureAwait(false);
        return run is { ExitCode: 0 } && WindowsText.TryDecode(run.Output.Tail.Span) is { } text ? RegistryKeys.Parse(text)?.Text("OEMCP") : null;
    }).ConfigureAwait(false) is { } page && int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private Task<T?> OnceAsync<T>(string what, Func<Task<T?>> ask)
        where T : class
    {
        lock (_asked)
        {
            if (_asked.TryGetValue(what, out var asked))
                return (Task<T?>)asked;
            var asking = ask();
            _asked[what] = asking;
            return asking;
        }
    }

    [GeneratedRegex("['\u2018-\u201B]", RegexOptions.NonBacktracking)]
    private static partial Regex SingleQuotes();
}
