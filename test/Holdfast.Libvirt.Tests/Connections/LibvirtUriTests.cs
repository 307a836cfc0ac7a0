using CsCheck;

namespace Holdfast.Libvirt.Tests;

public sealed class LibvirtUriTests
{
    [Theory]
    [InlineData("qemu:///system")]
    [InlineData("qemu:///session")]
    [InlineData("QEMU:///system")]
    [InlineData("qemu+unix:///system")]
    [InlineData("qemu+unix:///system?socket=/run/libvirt/libvirt-sock")]
    [InlineData("test:///default")]
    public void A_driver_without_host_and_transport_is_local(string uri) => Assert.True(LibvirtUri.Parse(uri).IsLocal);

    [Theory]
    [InlineData("qemu+ssh://host/system")]
    [InlineData("qemu+ssh:///system")]
    [InlineData("qemu://host/system")]
    [InlineData("qemu+tls://host/system")]
    [InlineData("qemu+tcp://localhost/system")]
    [InlineData("qemu+ext:///system?command=/bin/evil")]
    [InlineData("qemu+unix://host/system")]
    [InlineData("qemu://user@host:16514/system")]
    [InlineData("qemu://host")]
    [InlineData("my-alias")]
    [InlineData("://x")]
    public void Anything_that_may_lead_elsewhere_is_remote(string uri) => Assert.True(LibvirtUri.Parse(uri).IsRemote);

    [Fact]
    public void The_drivers_of_the_system_and_of_a_session_are_told_apart()
    {
        Assert.True(LibvirtUri.System.IsQemuSystem);
        Assert.True(LibvirtUri.Session.IsQemuSession);
        Assert.True(LibvirtUri.Parse("qemu+unix:///system?socket=/x").IsQemuSystem);
        Assert.False(LibvirtUri.Parse("test:///system").IsQemuSystem);
    }

    [Fact]
    public void A_given_uri_is_taken_as_it_is() => Assert.Equal("test:///default", LibvirtUri.Resolve(" test:///default ").Text);

    [Theory]
    [InlineData("#uri_default = \"qemu:///system\"\n", null)]
    [InlineData("uri_aliases = [\n]\n\n  uri_default = 'qemu+ssh://root@far/system'\n", "qemu+ssh://root@far/system")]
    public void The_client_configuration_can_name_the_usual_uri(string conf, string? expected) =>
        Assert.Equal(expected, LibvirtConf.DefaultUriOf(conf));

    [Fact]
    public void Odd_text_never_counts_as_local_by_accident() =>
        Gen.String.Where(s => !string.IsNullOrWhiteSpace(s) && s.Length <= 4096 && !s.Contains('\0', StringComparison.Ordinal)).Sample(text =>
        {
            var uri = LibvirtUri.Parse(text);
            return uri.IsRemote || text.Contains(":///", StringComparison.Ordinal) || text.EndsWith("://", StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal);
        });
}
