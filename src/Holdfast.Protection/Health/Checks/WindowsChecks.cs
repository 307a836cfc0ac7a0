using System.Globalization;
using Holdfast.Faults;
using Holdfast.Protection.Health.Windows;

namespace Holdfast.Protection.Health.Checks;

/// <summary>A check of a Windows guest by its own programs. What they say that isn't understood is unknown, never passed.</summary>
internal abstract class WindowsCheck(HealthArea area, string name) : HealthCheck<VmSubject>(area, name, HealthNeeds.Windows)
{
    public sealed override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if (subject.Contact.Info is { } info && !(info.Offers("guest-exec") && info.Offers("guest-exec-status")))
            return [HealthFinding.Unknown("the agent doesn't let programs be run")];
        return await LookAsync(subject, subject.Windows, ct).ConfigureAwait(false);
    }

    protected abstract Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct);

    protected static IReadOnlyList<HealthFinding> NotUnderstood(string program) => [HealthFinding.Unknown($"what {program} says isn't understood")];
}

/// <summary>Every VSS writer is stable: one that isn't refuses the freeze.</summary>
internal sealed class VssWritersCheck() : WindowsCheck(HealthArea.FileSystems, "vss-writers")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.WritersAsync(ct).ConfigureAwait(false) is not { } writers)
            return NotUnderstood("vssadmin");
        var bad = writers.Where(w => w.State != VssList.Stable).Select(w => HealthFinding.Of(
            string.Create(CultureInfo.InvariantCulture, $"{w.Name}: [{w.State}]"),
            WindowsFaults.VssWriterInBadState(subject.Name, w.Name, w.State!.Value.ToString(CultureInfo.InvariantCulture), VssList.ServiceOf(w)))).ToList();
        return bad.Count > 0 ? bad : [HealthFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{writers.Count} stable"))];
    }
}

/// <summary>The agent's VSS provider is registered: without it nothing is frozen consistently.</summary>
internal sealed class VssProviderCheck() : WindowsCheck(HealthArea.Agent, "vss-provider")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct) =>
        await guest.ProvidersAsync(ct).ConfigureAwait(false) is not { } providers ? NotUnderstood("vssadmin")
        : [providers.Any(p => p.Id == VssList.AgentProvider) ? HealthFinding.Passed("registered")
            : HealthFinding.Of(string.Join(", ", providers.Select(p => p.Name).Take(4)), WindowsFaults.VssProviderMissing(subject.Name))];
}

/// <summary>No volume is locked by BitLocker: VSS can't add one to a snapshot.</summary>
internal sealed class BitLockerCheck() : WindowsCheck(HealthArea.FileSystems, "bitlocker")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        var facts = await guest.FactsAsync(ct).ConfigureAwait(false);
        // Windows without the feature has no such class.
        if (facts is { Volumes: [] })
            return [HealthFinding.Passed("BitLocker isn't installed")];
        IReadOnlyList<VolumeLock>? volumes = facts is { Volumes: { } told }
            ? [.. told.Select(v => new VolumeLock(v.Drive ?? "?", v.Lock switch { 0 => false, 1 => true, _ => null }))]
            : await guest.LocksAsync(ct).ConfigureAwait(false);
        if (volumes is null or [] || volumes.Any(v => v.IsLocked is null && !volumes.Any(o => o.IsLocked is true)))
            return NotUnderstood("manage-bde");
        var locked = volumes.Where(v => v.IsLocked is true).Select(v => HealthFinding.Of(v.Volume, WindowsFaults.BitlockerLocked(subject.Name, v.Volume))).ToList();
        return locked.Count > 0 ? locked : [HealthFinding.Passed(string.Join(' ', volumes.Select(v => v.Volume)))];
    }
}

/// <summary>The folder of the machine's private keys has its usual rights.</summary>
internal sealed class MachineKeysCheck() : WindowsCheck(HealthArea.Scripts, "machine-keys")
{
    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct) =>
        await guest.FactsAsync(ct).ConfigureAwait(false) is not { Sddl: { } sddl } || SecurityDescriptor.LacksOfMachineKeys(sddl) is not { } lacks ? NotUnderstood("Get-Acl")
        : [lacks.Length == 0 ? HealthFinding.Passed("as usual") : HealthFinding.Of(lacks, WindowsFaults.MachineKeysPermissions(subject.Name, lacks))];
}

/// <summary>Programs of .NET are let to speak current versions of TLS, in 64 and in 32 bits.</summary>
internal sealed class StrongCryptoCheck() : WindowsCheck(HealthArea.Scripts, "strong-crypto")
{
    // From .NET Framework 4.7 on the system decides, unless the value says otherwise (NDP\v4\Full, Release).
    private const int SystemDecides = 460798;
    private const string Installed = @"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full";
    private static readonly string[] Keys =
    [
        @"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", @"HKLM\SOFTWARE\Wow6432Node\Microsoft\.NETFramework\v4.0.30319",
        @"HKLM\SOFTWARE\Microsoft\.NETFramework\v2.0.50727", @"HKLM\SOFTWARE\Wow6432Node\Microsoft\.NETFramework\v2.0.50727",
    ];

    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.RegistryAsync(Installed, ct).ConfigureAwait(false) is not { } installed)
            return NotUnderstood("reg");
        var isRecent = installed.Number("Release") >= SystemDecides;
        var off = new List<string>();
        foreach (var key in Keys)
        {
            if (await guest.RegistryAsync(key, ct).ConfigureAwait(false) is not { } found)
                return NotUnderstood("reg");
            if (found.Exists && found.Text("SchUseStrongCrypto") is var value && (value is null ? !isRecent : found.Number("SchUseStrongCrypto") != 1))
                off.Add(key);
        }

        return [off.Count == 0 ? HealthFinding.Passed(isRecent ? "the system decides" : "on")
            : HealthFinding.Of(string.Join(", ", off), WindowsFaults.StrongCryptoOff(subject.Name, off))];
    }
}

/// <summary>Backups by VSS don't count as SQL Server's own full backups.</summary>
internal sealed class SqlCopyBackupCheck() : WindowsCheck(HealthArea.FileSystems, "sql-copy-backup")
{
    private const int CopyBackup = 5;
    private const string Provider = "QEMU Guest Agent VSS Provider";

    protected override async Task<IReadOnlyList<HealthFinding>> LookAsync(VmSubject subject, WindowsGuest guest, CancellationToken ct)
    {
        if (await guest.WritersAsync(ct).ConfigureAwait(false) is not { } writers)
            return NotUnderstood("vssadmin");
        if (!writers.Any(w => w.Id == VssList.SqlServer))
            return [HealthFinding.Passed("no SQL Server")];
        if (await guest.SettingsAsync(Provider, ct).ConfigureAwait(false) is not { } settings)
            return NotUnderstood("reg");
        var option = settings.Number("VssOption");
        var found = option is { } number ? string.Create(CultureInfo.InvariantCulture, $"VssOption {number}") : "VssOption isn't set";
        return [option == CopyBackup ? HealthFinding.Passed(found) : HealthFinding.Of(found, WindowsFaults.SqlFullBackup(subject.Name, found))];
    }
}
