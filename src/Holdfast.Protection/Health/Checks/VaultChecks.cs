using System.Globalization;
using System.Runtime.InteropServices;
using Holdfast.Faults;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The vault is there, and opens.</summary>
internal sealed class VaultOpensCheck() : HealthCheck<VaultLook>(HealthArea.Vault, "opens")
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VaultLook subject, CancellationToken ct)
    {
        HealthFinding finding = subject switch
        {
            { Trouble: { } fault } when fault.Code.Value == "HoldfastPassphraseMissing" => HealthFinding.Unknown("no passphrase was given"),
            { Trouble: { } fault } => HealthFinding.Failed(subject.Path, fault),
            { Points: { } points } => HealthFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{points.Count} points")),
            _ => Directory.Exists(subject.Path) ? HealthFinding.Unknown("it wasn't opened") : HealthFinding.Of(subject.Path, VaultFaults.VaultNotFound(subject.Path)),
        };
        return Task.FromResult<IReadOnlyList<HealthFinding>>([finding]);
    }
}

/// <summary>The vault's store lets itself be written to: asked of the kernel, without writing.</summary>
internal sealed partial class VaultWritableCheck() : HealthCheck<VaultLook>(HealthArea.Vault, "writable")
{
    private const int WriteAndPass = 3;

    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VaultLook subject, CancellationToken ct)
    {
        if (!Directory.Exists(subject.Path))
            return Task.FromResult<IReadOnlyList<HealthFinding>>([HealthFinding.Unknown("it isn't there")]);
        var folders = Directory.EnumerateDirectories(subject.Path).Prepend(subject.Path);
        foreach (var folder in folders)
        {
            if (access(folder, WriteAndPass) != 0)
            {
                var reason = Marshal.GetLastPInvokeErrorMessage();
                return Task.FromResult<IReadOnlyList<HealthFinding>>([HealthFinding.Of(folder, VaultFaults.VaultNotWritable(folder, reason))]);
            }
        }

        return Task.FromResult<IReadOnlyList<HealthFinding>>([HealthFinding.Passed("yes")]);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);
}

/// <summary>The store has room for a backup such as the last ones.</summary>
internal sealed class VaultSpaceCheck() : HealthCheck<VaultLook>(HealthArea.Vault, "space")
{
    private const long NeededMin = 64L << 20;
    private const int RecentPoints = 10;

    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VaultLook subject, CancellationToken ct)
    {
        if (!Directory.Exists(subject.Path))
            return Task.FromResult<IReadOnlyList<HealthFinding>>([HealthFinding.Unknown("it isn't there")]);
        var free = new DriveInfo(subject.Path).AvailableFreeSpace;
        var largest = subject.Points?.OrderByDescending(p => p.CreatedUtc).Take(RecentPoints).Select(p => p.Stored.Statistics.StoredBytes).DefaultIfEmpty().Max() ?? 0;
        var needed = Math.Max(NeededMin, largest);
        var found = string.Create(CultureInfo.InvariantCulture, $"{free >> 20} MiB free");
        return Task.FromResult<IReadOnlyList<HealthFinding>>([free < needed
            ? HealthFinding.Of(found, HealthFaults.VaultSpaceShort(subject.Path, free, needed)) : HealthFinding.Passed(found)]);
    }
}

/// <summary>The vault is well below the size that this node's quotas allow it.</summary>
internal sealed class VaultQuotaCheck() : HealthCheck<VaultLook>(HealthArea.Vault, "quota")
{
    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VaultLook subject, CancellationToken ct) => [await LookAsync(subject, ct).ConfigureAwait(false)];

    private static async Task<HealthFinding> LookAsync(VaultLook subject, CancellationToken ct)
    {
        if (subject.ReadFillAsync is not { } read)
            return HealthFinding.Unknown("it isn't known");
        try
        {
            if (await read(ct).ConfigureAwait(false) is not { } fill)
                return HealthFinding.Passed("no limit");
            var found = string.Create(CultureInfo.InvariantCulture, $"{fill.HeldBytes >> 20} of {fill.LimitBytes >> 20} MiB");
            return fill switch
            {
                { IsReached: true } => HealthFinding.Of(found, VaultFaults.VaultQuotaReached(subject.Path, fill.HeldBytes, fill.LimitBytes)),
                { IsNear: true } => HealthFinding.Of(found, HealthFaults.VaultQuotaNear(subject.Path, fill.HeldBytes, fill.LimitBytes)),
                _ => HealthFinding.Passed(found),
            };
        }
        catch (FaultException e)
        {
            return HealthFinding.Failed("its limit isn't known", e.Fault);
        }
    }
}

/// <summary>No point in the vault comes from the future: retention goes by the clock.</summary>
internal sealed class VaultClockCheck(TimeProvider time) : HealthCheck<VaultLook>(HealthArea.Vault, "clock")
{
    private static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(5);

    public override Task<IReadOnlyList<HealthFinding>> RunAsync(VaultLook subject, CancellationToken ct)
    {
        if (subject.Points is not { } points)
            return Task.FromResult<IReadOnlyList<HealthFinding>>([HealthFinding.Unknown("its points aren't known")]);
        var ahead = points.Select(p => p.CreatedUtc - time.GetUtcNow()).DefaultIfEmpty(TimeSpan.MinValue).Max();
        return Task.FromResult<IReadOnlyList<HealthFinding>>([ahead > SkewMax
            ? HealthFinding.Of("a point from the future", NetworkFaults.ClockSkew(subject.Path, ahead, SkewMax)) : HealthFinding.Passed("no point from the future")]);
    }
}
