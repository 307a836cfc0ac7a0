using Holdfast.Protection.Health.Network;

namespace Holdfast.Protection.Tests.Health.Network;

/// <summary>From the addresses in settings to the hosts and ports that have to be allowed.</summary>
public sealed class HealthEndpointTests
{
    [Theory]
    [InlineData("https://s3.example/bucket?sig=secret", "https://s3.example:443")]
    [InlineData("https://user:secret@s3.example:9000", "https://s3.example:9000")]
    [InlineData("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080")]
    [InlineData("smtp://mail.example", "smtp://mail.example:587")]
    [InlineData("smtps://mail.example", "tls://mail.example:465")]
    [InlineData("qemu+tls://kvm1/system", "tls://kvm1:16514")]
    [InlineData("qemu://kvm1/system", "tls://kvm1:16514")]
    [InlineData("qemu+ssh://root@kvm1/system", "tcp://kvm1:22")]
    [InlineData("qemu+tcp://kvm1:17000/system", "tcp://kvm1:17000")]
    [InlineData("db.example:5432", "tcp://db.example:5432")]
    public void An_address_names_a_host_and_a_port_and_shows_no_secret(string address, string name)
    {
        var endpoint = HealthEndpoint.Parse("given", address)!;
        Assert.Equal(name, endpoint.Name);
        Assert.Equal(name, endpoint.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("s3.example")]
    [InlineData("tls://s3.example")]
    [InlineData("ftp://s3.example")]
    [InlineData("https://")]
    public void What_names_no_port_is_no_endpoint(string address) => Assert.Null(HealthEndpoint.Parse("given", address));

    [Fact]
    public void Only_a_libvirt_elsewhere_needs_a_way_over_the_network()
    {
        Assert.Null(HealthEndpoint.OfHost("qemu:///system"));
        Assert.Null(HealthEndpoint.OfHost("qemu+unix:///system?socket=/run/x"));
        Assert.Equal("tcp://kvm1:22", HealthEndpoint.OfHost("qemu+ssh://kvm1/system")!.Name);
    }

    [Theory]
    [InlineData("/srv/vault", "tcp://nas.example:2049")]
    [InlineData("/srv/vault/v1/packs", "tcp://nas.example:2049")]
    [InlineData("/srv/vaults", null)]
    [InlineData("/mnt/share/x", "tcp://fs.example:445")]
    [InlineData("/home", null)]
    public void A_store_on_a_mount_over_the_network_has_a_server(string folder, string? name) => Assert.Equal(name, StoreServer.Of(folder, """
        20 1 253:0 / / rw,relatime - ext4 /dev/vda rw
        21 20 0:40 / /srv/vault rw,relatime - nfs4 nas.example:/export/vault rw
        22 20 0:41 / /mnt/share rw,relatime - cifs //fs.example/share rw
        """)?.Name);

    [Theory]
    [InlineData("https_proxy=http://proxy:3128", "http://proxy:3128/")]
    [InlineData("export HTTPS_PROXY=\"http://proxy:3128\"", "http://proxy:3128/")]
    [InlineData("Acquire::https::Proxy \"http://proxy:3128\";", "http://proxy:3128/")]
    [InlineData("proxy = http://proxy:3128", "http://proxy:3128/")]
    [InlineData("# https_proxy=http://proxy:3128", null)]
    [InlineData("// Acquire::http::Proxy \"http://proxy:3128\";", null)]
    [InlineData("no_proxy=localhost", null)]
    [InlineData("Acquire::http::Proxy \"false\";", null)]
    public void Proxies_of_the_machines_other_programs_are_found_in_their_settings(string line, string? proxy) =>
        Assert.Equal(proxy, MachineProxies.In("first\n" + line + "\nlast").SingleOrDefault()?.AbsoluteUri);
}
