using System.Net.Sockets;
using Holdfast.Api.Identity;
using Holdfast.ControlPlane.Access;

namespace Holdfast.Api.Tests.Identity;

/// <summary>The node's own socket.</summary>
public sealed class LocalPeerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_by_the_socket_is_the_local_administrator_and_the_audit_log_says_which_account_it_was()
    {
        await using var node = await IdentityNode.StartAsync();
        node.Peer = new LocalPeer(42, 1000);
        var (status, name) = await node.GetAsync(null, "/subscriptions/s", HttpMethod.Put);
        Assert.Equal((200, "local administrator (uid 1000, process 42)"), (status, name));
        var entry = Assert.Single(await node.Get<AuditLog>().ListAsync(null, 10, Ct));
        Assert.Equal((name, "local", "PUT", AuditOutcome.Succeeded), (entry.WhoName, entry.From, entry.Action, entry.Outcome));
    }

    [Fact]
    public async Task A_token_is_looked_at_there_too()
    {
        await using var node = await IdentityNode.StartAsync();
        node.Peer = new LocalPeer(42, 0);
        Assert.Equal(401, (await node.GetAsync("forged")).Status);
        Assert.Equal("alice@local", (await node.GetAsync(await node.AccessTokenAsync(await node.CredentialAsync()))).Body);
    }

    [Fact]
    public async Task The_kernel_says_who_the_peer_is()
    {
        var folder = Directory.CreateTempSubdirectory("hf-peer-");
        try
        {
            var place = new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "s"));
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(place);
            listener.Listen();
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(place, Ct);
            using var accepted = await listener.AcceptAsync(Ct);
            Assert.Equal(Environment.ProcessId, LocalPeer.Of(accepted).ProcessId);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
