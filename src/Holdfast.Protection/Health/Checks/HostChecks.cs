using System.Globalization;
using Holdfast.Faults;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Health.Checks;

/// <summary>libvirt is recent enough.</summary>
internal sealed class LibvirtVersionCheck() : HealthCheck<HostLook>(HealthArea.Host, "libvirt")
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(HostLook subject, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<HealthFinding>>([subject.IsLibvirtTooOld
            ? HealthFinding.Of(subject.LibvirtVersion, HostFaults.HypervisorTooOld(subject.LibvirtVersion, "9.0")) : HealthFinding.Passed(subject.LibvirtVersion)]);
}

/// <summary>The programs that backups and restores start are installed.</summary>
internal sealed class ToolsCheck() : HealthCheck<HostLook>(HealthArea.Node, "tools")
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(HostLook subject, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<HealthFinding>>(subject.MissingTools.Count == 0 ? [HealthFinding.Passed("all there")]
            : [.. subject.MissingTools.Select(t => HealthFinding.Of(t.Tool, HostFaults.ToolMissing(t.Tool, t.Package)))]);
}

/// <summary>QEMU can write its scratch files, and there is room for them.</summary>
internal sealed class ScratchCheck() : HealthCheck<HostLook>(HealthArea.Node, "scratch")
{
    public override Task<IReadOnlyList<HealthFinding>> RunAsync(HostLook subject, CancellationToken ct)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"{subject.ScratchFolder}: {subject.ScratchFreeBytes >> 20} MiB free");
        HealthFinding finding = subject switch
        {
            { ScratchObstacle: { } obstacle } => HealthFinding.Of(
                obstacle, HostFaults.ScratchNotWritableByQemu(subject.ScratchFolder, $"QEMU's user can't pass through {obstacle}")),
            _ when subject.ScratchFreeBytes < subject.ScratchReserveBytes => HealthFinding.Of(
                found, HostFaults.ScratchSpaceShort(subject.ScratchFolder, subject.ScratchFreeBytes, subject.ScratchReserveBytes)),
            _ => HealthFinding.Passed(found),
        };
        return Task.FromResult<IReadOnlyList<HealthFinding>>([finding]);
    }
}
