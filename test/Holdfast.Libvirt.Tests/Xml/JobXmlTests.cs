using System.Xml.Linq;
using CsCheck;

namespace Holdfast.Libvirt.Tests;

public sealed class JobXmlTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char.AlphaNumeric, 1, 12].Select(s => $"<&'\"{s}");

    private static readonly Gen<BackupDiskXml> AnyDisk =
        Gen.Select(Text, Gen.Bool, Gen.Bool, Text, Text, Text).Select((target, full, named, checkpoint, export, scratch) => new BackupDiskXml
        {
            Target = target,
            Mode = full ? BackupDiskMode.Full : BackupDiskMode.Incremental,
            IncrementalCheckpoint = full ? null : checkpoint,
            ExportName = named ? export : null,
            ExportBitmap = named ? export : null,
            ScratchPath = scratch,
        });

    [Fact]
    public void A_backup_written_is_the_backup_read() =>
        Gen.Select(Text, AnyDisk.Array[0, 5]).Sample((socket, disks) =>
        {
            var backup = new BackupXml { SocketPath = socket, Disks = [.. disks, new BackupDiskXml { Target = "x", IsIncluded = false }] };
            var read = BackupXml.Parse(backup.ToXml());
            return read.SocketPath == socket && read.IsPull && read.Disks.SequenceEqual(backup.Disks);
        });

    [Fact]
    public void A_checkpoint_written_is_the_checkpoint_read() =>
        Gen.Select(Text, Text, Text, Gen.Bool).Sample((name, description, disk, tracked) =>
        {
            var checkpoint = new CheckpointXml { Name = name, Description = description, Disks = [new CheckpointDiskXml { Target = disk, IsTracked = tracked }] };
            var read = CheckpointXml.Parse(checkpoint.ToXml());
            return read.Name == name && read.Description == description && read.Disks.SequenceEqual(checkpoint.Disks);
        });

    [Fact]
    public void Full_incremental_and_left_out_disks_mix_in_one_job()
    {
        var xml = XElement.Parse(new BackupXml
        {
            SocketPath = "/run/x.sock",
            Disks =
            [
                new BackupDiskXml { Target = "vda", Mode = BackupDiskMode.Incremental, IncrementalCheckpoint = "cp1", ExportName = "a", ExportBitmap = "b", ScratchPath = "/s/vda" },
                new BackupDiskXml { Target = "vdb", Mode = BackupDiskMode.Full, ScratchPath = "/s/vdb" },
                new BackupDiskXml { Target = "sda", IsIncluded = false },
            ],
        }.ToXml());
        var expected = XElement.Parse("""
            <domainbackup mode='pull'><server transport='unix' socket='/run/x.sock'/><disks>
              <disk name='vda' backup='yes' type='file' backupmode='incremental' incremental='cp1' exportname='a' exportbitmap='b'><scratch file='/s/vda'/></disk>
              <disk name='vdb' backup='yes' type='file' backupmode='full'><scratch file='/s/vdb'/></disk>
              <disk name='sda' backup='no'/></disks></domainbackup>
            """);
        Assert.True(XNode.DeepEquals(expected, xml));
    }

    [Fact]
    public void Another_tools_job_is_recognised_as_not_ours()
    {
        var job = BackupXml.Parse("<domainbackup mode='push'><disks><disk name='vda' type='file'><target file='/x'/></disk></disks></domainbackup>");
        Assert.False(job.IsPull);
        Assert.Null(job.SocketPath);
        Assert.Throws<InvalidOperationException>(() => job.ToXml());
        Assert.Null(BackupXml.Parse("<domainbackup mode='pull'><server name='h' port='10809'/></domainbackup>").SocketPath);
    }

    [Fact]
    public void A_checkpoint_as_libvirt_writes_it_is_read()
    {
        var checkpoint = CheckpointXml.Parse("""
            <domaincheckpoint><name>cp4</name><parent><name>cp3</name></parent><creationTime>1795432339</creationTime><disks>
              <disk name='vda' checkpoint='bitmap' bitmap='cp4' size='65536'/><disk name='vdb' checkpoint='bitmap' bitmap='cp4'/><disk name='vdc' checkpoint='no'/></disks>
              <domain type='qemu'><name>vm</name><uuid>fa9c616c-50c1-4f60-a4cf-01a5c0e958be</uuid></domain></domaincheckpoint>
            """);
        Assert.Equal(("cp4", "cp3"), (checkpoint.Name, checkpoint.ParentName));
        Assert.Equal(1795432339, checkpoint.CreatedUtc!.Value.ToUnixTimeSeconds());
        Assert.Equal([65536, null, null], checkpoint.Disks.Select(d => d.SizeBytes));
        Assert.Equal([true, true, false], checkpoint.Disks.Select(d => d.IsTracked));
        Assert.Equal(new Guid("fa9c616c-50c1-4f60-a4cf-01a5c0e958be"), checkpoint.Domain!.Uuid);
    }
}
