using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Tpm;

/// <summary>What becomes of a TPM in the XML of a new VM.</summary>
public sealed class TpmRewriteTests
{
    [Fact]
    public void An_emulated_tpm_stays_as_it_is()
    {
        const string backend = "<backend type='emulator' version='2.0' persistent_state='yes'><encryption secret='5b2f3a7e-0000-4000-8000-000000000001'/></backend>";
        var rewritten = Rewrite(backend);

        var tpm = Assert.Single(DomainXml.Read(rewritten.Root).Tpms);
        Assert.Equal(("tpm-crb", "emulator", "2.0"), (tpm.Model, tpm.Backing, tpm.Version));
        Assert.Equal(Guid.Parse("5b2f3a7e-0000-4000-8000-000000000001"), tpm.EncryptionSecret);
        Assert.Empty(rewritten.Notes.LeftOut);
    }

    [Fact]
    public void One_whose_state_the_definition_places_would_share_it_and_is_refused()
    {
        var fault = Assert.Throws<FaultException>(() => Rewrite("<backend type='emulator' version='2.0'><source type='dir' path='/srv/tpm'/></backend>"));
        Assert.Equal("HoldfastTpmStateNotRestorable", fault.Fault.Code.ToString());
    }

    [Theory]
    [InlineData("<backend type='passthrough'><device path='/dev/tpm0'/></backend>")]
    [InlineData("<backend type='external'><source type='unix' mode='connect' path='/run/swtpm.sock'/></backend>")]
    public void One_of_the_hosts_or_of_another_program_is_left_out_and_said(string backend)
    {
        var rewritten = Rewrite(backend);

        Assert.Empty(DomainXml.Read(rewritten.Root).Tpms);
        Assert.Equal("tpm tpm-crb", Assert.Single(rewritten.Notes.LeftOut));
    }

    private static RewrittenDomain Rewrite(string backend) => DomainRewrite.AsNew(
        DomainXml.Parse($"<domain type='kvm'><name>a</name><uuid>{Guid.NewGuid()}</uuid><devices><tpm model='tpm-crb'><alias name='tpm0'/>{backend}</tpm></devices></domain>"),
        new RewriteRequest
        {
            NewName = "b",
            NewUuid = Guid.NewGuid(),
            Images = new Dictionary<string, ImagePlace>(),
            NextMac = () => "52:54:00:00:00:01",
            FileExists = _ => false,
        });
}
