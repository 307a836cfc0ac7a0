namespace Holdfast.Libvirt.Tests.Hosting;

public sealed class TpmStatePlaceTests
{
    private static readonly Guid Vm = Guid.Parse("0A46BDC8-f0bb-4d3e-91c6-2b5a0a3f5a11");

    [Theory]
    [InlineData("type='emulator' version='2.0'", "tpm2/tpm2-00.permall")]
    [InlineData("type='emulator'", "tpm2/tpm2-00.permall")]
    [InlineData("type='emulator' version='1.2'", "tpm1.2/tpm-00.permall")]
    public void An_emulated_tpm_has_a_file_by_the_uuid_of_its_domain(string backend, string file)
    {
        var place = TpmStatePlace.For(LibvirtUri.System, Vm, Tpm($"<backend {backend}/>"))!;

        Assert.Equal($"/var/lib/libvirt/swtpm/0a46bdc8-f0bb-4d3e-91c6-2b5a0a3f5a11/{file}", place.FilePath);
    }

    [Theory]
    [InlineData("<backend type='emulator' version='3.0'/>", "qemu:///system")]
    [InlineData("<backend type='emulator' version='2.0'><source type='dir' path='/srv/tpm'/></backend>", "qemu:///system")]
    [InlineData("<backend type='passthrough'><device path='/dev/tpm0'/></backend>", "qemu:///system")]
    [InlineData("<backend type='external'><source type='unix' mode='connect' path='/run/swtpm.sock'/></backend>", "qemu:///system")]
    [InlineData("<backend type='emulator' version='2.0'/>", "qemu+ssh://host/system")]
    [InlineData("<backend type='emulator' version='2.0'/>", "test:///default")]
    public void Where_the_state_lies_elsewhere_no_place_is_guessed(string backend, string uri) =>
        Assert.Null(TpmStatePlace.For(LibvirtUri.Parse(uri), Vm, Tpm(backend)));

    private static DomainTpm Tpm(string backend) =>
        DomainXml.Parse($"<domain type='kvm'><name>a</name><devices><tpm model='tpm-crb'>{backend}</tpm></devices></domain>").Tpms[0];
}
