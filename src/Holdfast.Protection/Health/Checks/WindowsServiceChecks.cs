using System.Globalization;
using Holdfast.Faults;
using Holdfast.Protection.Health.Windows;

namespace Holdfast.Protection.Health.Checks;

/// <summary>COM+ System Application can serve the agent's VSS provider: it runs, or starts when it is needed.</summary>
internal sealed class ComPlusCheck() : WindowsCheck(HealthArea.Agent, "com-plus")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.ServiceAsync("COMSysApp", ct).ConfigureAwait(false) is not { } state
            || await guest.SettingsAsync("COMSysApp", ct).ConfigureAwait(false) is not { } settings)
            return NotUnderstood("sc");
        var isDisabled = settings.Number("Start") == ServiceStart.Disabled;
        return [!isDisabled && (state.IsRunning || state.IsIdle) ? HealthFinding.Passed(state.ToString())
            : HealthFinding.Of($"{state}{(isDisabled ? ", disabled" : "")}", WindowsFaults.ComPlusNotRunning(subject.Name, $"{state}{(isDisabled ? ", disabled" : "")}"))];
    }
}

/// <summary>The Distributed Transaction Coordinator can serve COM+: it runs or starts when it is needed, and as Network Service.</summary>
internal sealed class MsdtcCheck() : WindowsCheck(HealthArea.Agent, "msdtc")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.ServiceAsync("MSDTC", ct).ConfigureAwait(false) is not { } state || await guest.SettingsAsync("MSDTC", ct).ConfigureAwait(false) is not { } settings)
            return NotUnderstood("sc");
        var account = settings.Text("ObjectName") ?? "?";
        var isDisabled = settings.Number("Start") == ServiceStart.Disabled;
        var words = $"{state}{(isDisabled ? ", disabled" : "")}";
        var isBad = isDisabled || !(state.IsRunning || state.IsIdle);
        if (!isBad && IsNetworkService(account) is null)
            return [HealthFinding.Unknown($"the account {account} isn't known")];
        return [isBad || IsNetworkService(account) is false ? HealthFinding.Of($"{words} {account}", WindowsFaults.MsdtcFaulty(subject.Name, words, account))
            : HealthFinding.Passed($"{words} {account}")];
    }

    // Windows keeps the name in the form in which it was given; in other languages than English that may be a translated one.
    private static bool? IsNetworkService(string account) => account.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        @"NTAUTHORITY\NETWORKSERVICE" => true,
        "LOCALSYSTEM" or @"NTAUTHORITY\SYSTEM" or @"NTAUTHORITY\LOCALSERVICE" or ['.', '\\', ..] => false,
        ['N', 'T', ..] or "?" => null,
        _ => false,
    };
}

/// <summary>Windows Installer may run: the agent is installed and updated by it.</summary>
internal sealed class WindowsInstallerCheck() : WindowsCheck(HealthArea.Agent, "installer")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct) =>
        (await guest.SettingsAsync("msiserver", ct).ConfigureAwait(false))?.Number("Start") is not { } start ? NotUnderstood("reg")
        : [start == ServiceStart.Disabled
            ? HealthFinding.Of(ServiceStart.Words(start), WindowsFaults.WindowsInstallerDisabled(subject.Name, ServiceStart.Words(start))) : HealthFinding.Passed(ServiceStart.Words(start))];
}

/// <summary>The Visual C++ runtime is there.</summary>
internal sealed class VcRuntimeCheck() : WindowsCheck(HealthArea.Agent, "vc-runtime")
{
    private static readonly string[] Keys =
    [
        @"HKLM\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\X64", @"HKLM\SOFTWARE\Wow6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes\X64",
        @"HKLM\SOFTWARE\Microsoft\VisualStudio\12.0\VC\Runtimes\X64", @"HKLM\SOFTWARE\Wow6432Node\Microsoft\VisualStudio\12.0\VC\Runtimes\X64",
    ];

    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        var isUnknown = false;
        foreach (var key in Keys)
        {
            var found = await guest.RegistryAsync(key, ct).ConfigureAwait(false);
            if (found?.Number("Installed") == 1)
                return [HealthFinding.Passed(found.Text("Version") ?? "installed")];
            isUnknown |= found is null;
        }

        return isUnknown ? NotUnderstood("reg") : [HealthFinding.Of("missing", WindowsFaults.VcRuntimeMissing(subject.Name))];
    }
}

/// <summary>The agent's service starts by itself, and runs the file that its installer put there.</summary>
internal sealed class AgentServiceCheck() : WindowsCheck(HealthArea.Agent, "service")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.SettingsAsync("QEMU-GA", ct).ConfigureAwait(false) is not { } settings)
            return NotUnderstood("reg");
        if (!settings.Exists)
            return Bad("not installed");
        if (settings.Number("Start") is not { } start || WindowsGuest.AgentPath(settings) is not { } path)
            return NotUnderstood("reg");
        if (start is not ServiceStart.Automatic)
            return Bad($"start type {ServiceStart.Words(start)}");
        return path.EndsWith(@"\qemu-ga.exe", StringComparison.OrdinalIgnoreCase) && path.Contains(@"\Program Files", StringComparison.OrdinalIgnoreCase)
            ? [HealthFinding.Passed(path)] : Bad(path);

        IReadOnlyList<HealthFinding> Bad(string found) => [HealthFinding.Of(found, WindowsFaults.WindowsAgentService(subject.Name, found))];
    }
}

/// <summary>The agent's file is recent enough, and it is what runs.</summary>
internal sealed class AgentFileCheck() : WindowsCheck(HealthArea.Agent, "file-version")
{
    private const int VirtioWinMajorMin = 100;

    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.FactsAsync(ct).ConfigureAwait(false) is not { Version: { } text } || !Version.TryParse(text, out var version))
            return NotUnderstood("VersionInfo");
        var path = WindowsGuest.AgentPath(await guest.SettingsAsync("QEMU-GA", ct).ConfigureAwait(false)) ?? "qemu-ga.exe";
        if (version < subject.Options.AgentMinimum)
            return [HealthFinding.Of(version.ToString(), WindowsFaults.WindowsAgentFileVersion(subject.Name, path, version.ToString(), subject.Options.AgentMinimum.ToString()))];
        return [subject.Contact.Info is { ParsedVersion: { } running } info && IsNewer(version, running)
            ? HealthFinding.Of($"{version}, {info.Version} runs", WindowsFaults.WindowsAgentNotRestarted(subject.Name, info.Version, version.ToString()))
            : HealthFinding.Passed(version.ToString())];
    }

    // Builds of one scheme alone can be compared: QEMU's own numbers, and those of virtio-win, which begin at 100.
    private static bool IsNewer(Version installed, Version running) =>
        (installed.Major >= VirtioWinMajorMin) == (running.Major >= VirtioWinMajorMin) && Whole(installed) > Whole(running);

    private static Version Whole(Version version) => new(version.Major, version.Minor, Math.Max(version.Build, 0));
}

/// <summary>The numbers of a service's start types.</summary>
internal static class ServiceStart
{
    public const int Automatic = 2;
    public const int Disabled = 4;

    public static string Words(int start) => start switch
    {
        Automatic => "2 AUTO_START",
        3 => "3 DEMAND_START",
        Disabled => "4 DISABLED",
        _ => start.ToString(CultureInfo.InvariantCulture),
    };
}
