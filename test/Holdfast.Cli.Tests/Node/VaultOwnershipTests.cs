using System.Net.Sockets;
using Holdfast.Cli.Node;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests.Node;

public sealed class VaultOwnershipTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-owner-");

    private string Vault => Path.Combine(_folder.FullName, "v1");

    private string Data => Path.Combine(_folder.FullName, "node");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_vault_that_no_node_serves_is_changed_freely()
    {
        using var command = new VaultOwnership(Vault, offline: false);
        command.TakeToChange();
    }

    [Fact]
    public void A_served_vault_is_not_changed_beside_its_living_node()
    {
        using var node = VaultOwnership.OfNode(_folder.FullName, "n1", Data);
        Assert.Equal("HoldfastVaultServed", Refusal(offline: false));
        Assert.Equal("HoldfastNodeAlive", Refusal(offline: true));
    }

    [Fact]
    public void A_stopped_nodes_vault_is_changed_only_offline_and_the_node_waits_meanwhile()
    {
        VaultOwnership.OfNode(_folder.FullName, "n1", Data).Dispose();
        Assert.Equal("HoldfastVaultServed", Refusal(offline: false));
        using (var command = new VaultOwnership(Vault, offline: true))
        {
            command.TakeToChange();
            Assert.Throws<FaultException>(() => VaultOwnership.OfNode(_folder.FullName, "n1", Data));
            Assert.Equal("HoldfastNodeAlive", Refusal(offline: true));
        }

        VaultOwnership.OfNode(_folder.FullName, "n1", Data).Dispose();
    }

    [Fact]
    public void One_living_node_of_two_is_enough()
    {
        VaultOwnership.OfNode(_folder.FullName, "n1", Data).Dispose();
        using var second = VaultOwnership.OfNode(_folder.FullName, "n2", Data);
        Assert.Equal("HoldfastNodeAlive", Refusal(offline: true));
    }

    [Fact]
    public void A_living_node_is_found_by_a_vault_that_it_serves_and_a_dead_one_is_not()
    {
        Assert.Null(VaultOwnership.FindNode(Vault));
        Directory.CreateDirectory(Data);
        using var node = VaultOwnership.OfNode(_folder.FullName, "n1", Data);
        Assert.Null(VaultOwnership.FindNode(Vault));
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(LocalSocket.PathIn(Data)));
            socket.Listen();
            Assert.Equal(Data, VaultOwnership.FindNode(Vault));
        }

        Assert.Null(VaultOwnership.FindNode(Vault));
    }

    private string Refusal(bool offline)
    {
        using var command = new VaultOwnership(Vault, offline);
        return Assert.Throws<FaultException>(command.TakeToChange).Fault.Code.Value;
    }
}
