using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Points;

internal static class SamplePoints
{
    public static PointDetails Details(string name = "vm1", params DiskDetails[] disks) => new()
    {
        Kind = SourceKind.VirtualMachine,
        Name = name,
        Host = "host1",
        Consistency = Consistency.FileSystem,
        Disks = disks.Length > 0 ? disks : [Disk("vda", "/images/vm1-a.qcow2")],
        DomainXmlAttachment = "domain.xml",
    };

    public static DiskDetails Disk(string target, string path, string format = "qcow2") =>
        new(target, format, path, 1 << 30, ReadMode.Full, null, null, 1 << 20);

    public static RecoveryPoint Point(
        DateTimeOffset created, RetentionMark mark = default, PointDetails? details = null, Guid? source = null)
    {
        details ??= Details();
        var stored = new Point(
            new VaultId(Guid.Parse("11111111111111111111111111111111")), new SourceId(source ?? Guid.Parse("22222222222222222222222222222222")),
            new PointId(Guid.NewGuid()), created,
            [.. details.Disks.Select(d => new PointDisk(d.Target, d.SizeBytes, 256 * 1024, d.SourcePath, default))], [],
            PointDetailsJson.Write(details), new PointStatistics(0, 0, 0, 0, 0), mark);
        return new RecoveryPoint(stored, details);
    }
}
