using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health;

/// <summary>
/// The way over the network, cut at one layer after another in networks of the tests' own: real routes, rules, proxy servers and handshakes.
/// Each examination names its layer, and none of the neighbours.
/// </summary>
public sealed class NetworkConditionTests(Host host) : IAsyncLifetime
{
    private const string Store = "127.0.0.10";
    private const string ProxyPlace = "127.0.0.20";
    private const string Far = "192.0.2.10";
    private readonly TestAuthority _authority = new();
    private NetworkNamespace _network = null!;
    private Node _node = null!;

    public async ValueTask InitializeAsync()
    {
        _network = await NetworkNamespace.CreateAsync(host);
        _node = Node.Unconnected(host, _network.Libvirt);
        var trusted = Path.Combine(_node.Folder, "trusted.pem");
        await File.WriteAllTextAsync(trusted, _authority.Pem);
        _node.Environment["SSL_CERT_FILE"] = trusted;
        _node.Environment["SSL_CERT_DIR"] = _node.Folder;
        foreach (var variable in (string[])["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"])
            _node.Environment[variable] = "";
    }

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_store_that_is_well_passes_every_layer()
    {
        await using var store = Serve(Store);
        var found = await ExamineAsync($"https://{Store}/");
        Assert.Equal(0, found.Result.Succeeded().ExitCode);
        Assert.Equal(["name", "route", "connect", "tls", "authorization", "clock"], found.Rows.Select(r => r.Check));
        Assert.All(found.Rows, r => Assert.Equal("passed", r.Outcome));
        var endpoint = Assert.Single(found.Result.Json.GetProperty("endpoints").EnumerateArray());
        Assert.Equal((Store, 443), (endpoint.GetProperty("host").GetString(), endpoint.GetProperty("port").GetInt32()));
    }

    [Fact]
    [Condition("N04", Proof.Provocation)]
    public async Task N04_name_that_does_not_resolve_is_told_and_nothing_beyond_it_tried()
    {
        await _network.ReplaceAsync("resolv.conf", $"nameserver {Far}\n");
        await _network.ReplaceAsync("hosts", $"{Store} store.example\n");
        var found = await ExamineAsync("https://nowhere.example");
        found.Raised("HoldfastNameNotResolved");
        Assert.All(found.Rows.Skip(1), r => Assert.Equal("unknown", r.Outcome));

        await using var store = Serve(Store, "store.example");
        (await ExamineAsync("https://store.example")).Result.Succeeded();
    }

    [Fact]
    [Condition("N05", Proof.Provocation)]
    public async Task N05_missing_route_refusal_and_silence_are_told_apart()
    {
        (await ExamineAsync($"https://{Far}")).Raised("HoldfastNoRoute");
        (await ExamineAsync($"https://{Store}")).Raised("HoldfastConnectionRefused");

        await using var other = await NetworkNamespace.CreateAsync(host);
        await _network.ConnectAsync(other);
        await other.RunAsync("nft", "add table inet filter; add chain inet filter input { type filter hook input priority 0; policy drop; }");
        (await ExamineAsync("tcp://10.9.8.2:5432")).Raised("HoldfastConnectionTimedOut");
    }

    [Fact]
    [Condition("S01", Proof.Provocation)]
    public async Task S01_rule_of_this_nodes_firewall_is_named_and_not_the_silence_that_it_makes()
    {
        await using var store = Serve(Store);
        await _network.RunAsync("nft", $$"""
            add table inet guard
            add chain inet guard output { type filter hook output priority 0; policy accept; }
            add rule inet guard output oifname "eth0" drop
            add rule inet guard output ip daddr { 127.0.0.8/29, 192.0.2.0/24 } tcp dport 443 counter reject
            """);
        var found = await ExamineAsync($"https://{Store}");
        found.Raised("HoldfastFirewallRule");
        Assert.Contains("inet guard output: ip daddr { 127.0.0.8/29, 192.0.2.0/24 } tcp dport 443 reject", found["connect"].Found, StringComparison.Ordinal);

        await _network.RunAsync("nft", "flush chain inet guard output; add chain inet guard output { policy drop; }");
        found = await ExamineAsync($"https://{Store}");
        found.Raised("HoldfastFirewallRule");
        Assert.Contains("policy drop", found["connect"].Found, StringComparison.Ordinal);

        await _network.RunAsync("nft", "delete table inet guard");
        (await ExamineAsync($"https://{Store}")).Result.Succeeded();
    }

    [Fact]
    [Condition("B02", Proof.Provocation)]
    public async Task B02_host_whose_cable_is_pulled_has_no_route_and_one_without_its_service_refuses()
    {
        await using var other = await NetworkNamespace.CreateAsync(host);
        await _network.ConnectAsync(other);
        (await ExamineAsync("qemu+tls://10.9.8.2/system")).Raised("HoldfastConnectionRefused");
        await _network.RunAsync("ip", "link", "set", "cable", "down");
        var found = await ExamineAsync("qemu+tls://10.9.8.2/system");
        found.Raised("HoldfastNoRoute");
        Assert.Equal(16514, found.Result.Json.GetProperty("endpoints")[0].GetProperty("port").GetInt32());
    }

    [Fact]
    [Condition("N06", Proof.Provocation)]
    public async Task N06_proxy_that_is_gone_that_refuses_and_whose_way_out_is_blocked_are_told_apart()
    {
        _node.Environment["HTTPS_PROXY"] = $"http://somebody:secret-word@{ProxyPlace}:3128";
        var gone = await ExamineAsync($"https://{Store}");
        gone.Raised("HoldfastProxyUnreachable");
        Assert.DoesNotContain("secret-word", gone.Result.Text, StringComparison.Ordinal);
        foreach (var (status, code) in new[]
        {
            (407, "HoldfastProxyRefused"), (403, "HoldfastProxyRefused"), (502, "HoldfastProxyUpstreamFailed"), (504, "HoldfastProxyUpstreamFailed"),
        })
        {
            await using var proxy = LocalServer.Proxy(_network.Listen(ProxyPlace, 3128), status);
            (await ExamineAsync($"https://{Store}")).Raised(code);
        }

        using var certificate = _authority.Issue(isExpired: false, "store.example");
        await using var store = LocalServer.Http(ListenAnywhere(), certificate);
        await using var open = ProxyTo(store);
        var found = await ExamineAsync("https://store.example");
        Assert.Equal(0, found.Result.Succeeded().ExitCode);
        Assert.Equal(["proxy", "tls", "authorization", "clock"], found.Rows.Select(r => r.Check));
        Assert.Equal($"http://{ProxyPlace}:3128", found.Result.Json.GetProperty("endpoints")[0].GetProperty("proxy").GetString());
    }

    [Fact]
    [Condition("N06", Proof.Provocation)]
    public async Task N06_proxy_that_only_the_machines_other_programs_know_is_what_the_node_misses()
    {
        (await ExamineAsync($"https://{Far}")).Raised("HoldfastNoRoute");
        await _network.ReplaceAsync("environment", $"# none\nhttps_proxy=\"http://{ProxyPlace}:3128\"\n");
        (await ExamineAsync($"https://{Far}")).Raised("HoldfastNoRoute");
        await using var proxy = LocalServer.Proxy(_network.Listen(ProxyPlace, 3128), 200);
        (await ExamineAsync($"https://{Far}")).Raised("HoldfastProxyMissing");
    }

    [Fact]
    [Condition("B25", Proof.Provocation)]
    public async Task B25_certificate_of_a_stranger_and_one_that_is_over_are_not_trusted()
    {
        using var stranger = new TestAuthority();
        using (var certificate = stranger.Issue(isExpired: false, Store))
        {
            await using var store = LocalServer.Http(_network.Listen(Store, 443), certificate);
            (await ExamineAsync($"https://{Store}")).Raised("HoldfastTlsNotTrusted");
        }

        using (var over = _authority.Issue(isExpired: true, Store))
        {
            await using var store = LocalServer.Http(_network.Listen(Store, 443), over);
            (await ExamineAsync($"https://{Store}")).Raised("HoldfastTlsNotTrusted");
        }
    }

    [Fact]
    [Condition("B25", Proof.Provocation)]
    public async Task B25_certificate_of_another_name_is_told_from_one_that_is_not_trusted()
    {
        await using var store = Serve(Store, "elsewhere.example");
        (await ExamineAsync($"https://{Store}")).Raised("HoldfastTlsNameMismatch");
    }

    [Fact]
    [Condition("B25", Proof.Provocation)]
    public async Task B25_server_of_old_versions_only_and_one_without_tls_are_no_secure_channel()
    {
        using var certificate = _authority.Issue(isExpired: false, Store);
        var (file, key) = (Path.Combine(_node.Folder, "server.pem"), Path.Combine(_node.Folder, "server.key"));
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(key, certificate.GetECDsaPrivateKey()!.ExportECPrivateKeyPem());
        using (var old = Process.Start(new ProcessStartInfo(
            "ip", ["netns", "exec", _network.Name, "openssl", "s_server", "-accept", $"{Store}:443", "-cert", file, "-key", key, "-tls1", "-cipher", "ALL:@SECLEVEL=0", "-www"])
        { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true })!)
        {
            try
            {
                while (await old.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("ACCEPT", StringComparison.Ordinal))
                {
                }

                (await ExamineAsync($"https://{Store}")).Raised("HoldfastTlsVersionRefused");
            }
            finally
            {
                old.Kill();
                await old.WaitForExitAsync(CancellationToken.None);
            }
        }

        await using var plain = LocalServer.Http(_network.Listen(Store, 443), null);
        (await ExamineAsync($"https://{Store}")).Raised("HoldfastTlsVersionRefused");
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    [Condition("B25", Proof.Provocation)]
    public async Task B25_store_whose_clock_is_wrong_is_named_by_its_date(int minutes)
    {
        await using var store = Serve(Store, ahead: TimeSpan.FromMinutes(minutes));
        var found = await ExamineAsync($"https://{Store}");
        found.Raised("HoldfastClockSkew");
        Assert.Equal("passed", found["authorization"].Outcome);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [Condition("R11", Proof.Provocation)]
    public async Task R11_endpoint_that_refuses_the_nodes_credential_is_told_from_one_out_of_reach(int status)
    {
        await using var server = Serve(Store, status: status);
        var credential = Path.Combine(_node.Folder, "credential");
        await File.WriteAllTextAsync(credential, """{"appId":"4d1f2f3e-0000-4000-8000-000000000001","secret":"secret-word"}""");
        File.SetUnixFileMode(credential, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var found = await Examination.OfAsync(_node, "--server", $"https://{Store}", "--credential-file", credential);
        found.Raised("HoldfastEndpointAccessDenied");
        Assert.DoesNotContain("secret-word", found.Result.Text, StringComparison.Ordinal);
        Assert.Equal("passed", found["tls"].Outcome);

        // Without a credential nothing is known against it, and nothing for it.
        var anonymous = await ExamineAsync($"https://{Store}");
        Assert.Empty(anonymous.Codes);
        Assert.Equal("unknown", anonymous["authorization"].Outcome);
    }

    private Task<Examination> ExamineAsync(string address) => Examination.OfAsync(_node, "--endpoint", address);

    private LocalServer Serve(string address, string? name = null, int status = 200, TimeSpan ahead = default) =>
        LocalServer.Http(_network.Listen(address, 443), _authority.Issue(isExpired: false, name ?? address), status, ahead);

    private LocalServer ProxyTo(LocalServer target) => LocalServer.Proxy(_network.Listen(ProxyPlace, 3128), 200, async ct =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.Place, ct);
        return new NetworkStream(socket, ownsSocket: true);
    });

    // Outside of the network: only the proxy server gets there.
    private static Socket ListenAnywhere()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }
}
