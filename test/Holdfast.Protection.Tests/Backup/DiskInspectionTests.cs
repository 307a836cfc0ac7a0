using System.Diagnostics;
using Holdfast.Libvirt;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Tests.Restore;

namespace Holdfast.Protection.Tests.Backup;

/// <summary>Images of a VM that is off, on libvirt's test driver.</summary>
public sealed class DiskInspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LibvirtConnection _host = LibvirtConnection.Open("test:///default");

    public DiskInspectionTests()
    {
        File.WriteAllBytes(_folder["base"], new byte[1 << 20]);
        using var process = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", "-b", _folder["base"], "-F", "raw", _folder["top"]]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chain_that_records_its_formats_is_taken()
    {
        var facts = await LookAsync();
        Assert.Equal(2, facts.Chain.Count);
        Assert.False(facts.HasGuessedBacking);
    }

    [Fact]
    public async Task A_chain_that_does_not_say_what_its_base_is_would_be_guessed()
    {
        await ForgetBackingFormatAsync(_folder["top"]);
        Assert.True((await LookAsync()).HasGuessedBacking);
    }

    [Fact]
    public async Task A_part_of_an_image_is_refused_as_the_whole_would_be_taken_for_it()
    {
        var facts = await LookAsync("<slices><slice type='storage' offset='0' size='65536'/></slices>");
        Assert.Equal(0, facts.SizeBytes);
        Assert.Equal("HoldfastDiskTypeUnsupported", BackupPlanner.ObstacleOf("a", facts)?.Code.ToString());
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    private async Task<DiskFacts> LookAsync(string inSource = "")
    {
        using var domain = _host.DefineDomain(
            $"""
            <domain type='test'><name>{Path.GetFileName(_folder.Path)}</name><memory>8192</memory><os><type>hvm</type></os>
            <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{_folder["top"]}'>{inSource}</source><target dev='vda'/></disk></devices></domain>
            """,
            validate: false);
        var disk = domain.ReadXml(DomainXmlOptions.Inactive).FindDisk("vda")!;
        var facts = await DiskInspection.WithImageAsync(DiskInspection.OfDomain(_host, disk), domain, disk, isShared: false, Ct);
        return facts;
    }

    // qemu-img makes no such image any more: the header's extension with the format becomes one that nobody knows.
    private static async Task ForgetBackingFormatAsync(string image)
    {
        var content = await File.ReadAllBytesAsync(image, Ct);
        var at = content.AsSpan(0, 65536).IndexOf((ReadOnlySpan<byte>)[0xe2, 0x79, 0x2a, 0xca]);
        Assert.True(at > 0);
        content[at] = 0x12;
        await File.WriteAllBytesAsync(image, content, Ct);
    }
}
