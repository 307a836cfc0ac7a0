using System.Net;
using System.Net.Sockets;
using Holdfast.Nbd.Tests.Servers;

namespace Holdfast.Nbd.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly Certificates _certificates = new();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Data_come_over_tls_from_a_server_that_checks_the_client(bool qemu)
    {
        using var folder = new TemporaryFolder();
        var content = Model.Random(4 << 20, 5);
        await File.WriteAllBytesAsync(folder.File("disk.raw"), content, Ct);
        var port = FreePort();
        using var server = qemu
            ? await NbdServer.QemuNbdTcpAsync(
                port, "--object", $"tls-creds-x509,id=t,endpoint=server,dir={_certificates.Folder},verify-peer=on", "--tls-creds", "t", "-f", "raw",
                folder.File("disk.raw"))
            : await NbdServer.NbdkitTcpAsync(
                port, "--tls=require", "--tls-verify-peer", $"--tls-certificates={_certificates.Folder}", "file", folder.File("disk.raw"));
        var options = new NbdTlsOptions { TrustedRoots = [_certificates.Authority], ClientCertificate = _certificates.Client };
        await using var client = await NbdClient.ConnectAsync(
            NbdEndpoint.Tls("localhost", port, options), "", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);
        var read = new byte[content.Length];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => client.ReadAsync(i << 18, read.AsMemory(i << 18, 1 << 18), Ct).AsTask()));
        Assert.True(content.AsSpan().SequenceEqual(read));
        Assert.NotEmpty(await client.ExtentsAsync(NbdContexts.BaseAllocation));

        using var cancel = new CancellationTokenSource();
        var abandoned = client.ReadAsync(0, new byte[1 << 20], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Record.ExceptionAsync(() => abandoned);
        await client.ReadAsync(4096, read.AsMemory(0, 4096), Ct);
        Assert.True(content.AsSpan(4096, 4096).SequenceEqual(read.AsSpan(0, 4096)));
    }

    [Fact]
    public async Task A_server_of_another_authority_or_name_is_refused()
    {
        using var others = new Certificates();
        var port = FreePort();
        using var server = await NbdServer.NbdkitTcpAsync(port, "--tls=require", $"--tls-certificates={_certificates.Folder}", "memory", "1M");
        await Model.FailsAsync(NbdErrorKind.TlsFailed, () => NbdClient.ConnectAsync(
            NbdEndpoint.Tls("localhost", port, new NbdTlsOptions { TrustedRoots = [others.Authority] }), "", ct: Ct));
        await Model.FailsAsync(NbdErrorKind.TlsFailed, () => NbdClient.ConnectAsync(
            NbdEndpoint.Tls("localhost", port, new NbdTlsOptions { TrustedRoots = [_certificates.Authority], ServerName = "other" }), "", ct: Ct));
        await Model.FailsAsync(NbdErrorKind.TlsFailed, () => NbdClient.ConnectAsync(
            NbdEndpoint.Tls("localhost", port, new NbdTlsOptions()), "", ct: Ct));
    }

    [Fact]
    public async Task A_server_without_tls_gets_no_request()
    {
        var port = FreePort();
        using var server = await NbdServer.NbdkitTcpAsync(port, "--tls=off", "memory", "1M");
        var endpoint = NbdEndpoint.Tls("localhost", port, new NbdTlsOptions { TrustedRoots = [_certificates.Authority] });
        await Model.FailsAsync(NbdErrorKind.TlsFailed, () => NbdClient.ConnectAsync(endpoint, "", ct: Ct));
        await Model.FailsAsync(NbdErrorKind.TlsFailed, () => NbdClient.ListExportsAsync(endpoint, ct: Ct));
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
