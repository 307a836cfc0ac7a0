using System.Net.Sockets;
using Holdfast.Cli.Node;
using Holdfast.Cli.Remote;

namespace Holdfast.Cli.Tests.Node;

public sealed class NodeRegisterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-register-");

    private string Register => Path.Combine(_folder.FullName, "nodes");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_node_is_found_while_its_socket_answers_and_whatever_a_dead_one_left_is_not()
    {
        Assert.Empty(NodeRegister.Living(Register));
        var data = Directory.CreateDirectory(Path.Combine(_folder.FullName, "a")).FullName;
        var entry = NodeRegister.Enter(Register, data);
        File.WriteAllText(Path.Combine(Register, "nonsense"), "not a path");
        Assert.Empty(NodeRegister.Living(Register));
        using (Listen(data))
        {
            Assert.Equal([data], NodeRegister.Living(Register));
            using var again = NodeRegister.Enter(Register, data);
            Assert.Equal([data], NodeRegister.Living(Register));
            entry!.Dispose();
            Assert.Empty(NodeRegister.Living(Register));
        }
    }

    [Fact]
    public void A_place_that_cannot_be_written_keeps_no_node_from_starting()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.Null(NodeRegister.Enter(Path.Combine(file, "nodes"), _folder.FullName));
        Assert.Empty(NodeRegister.Living(Path.Combine(file, "nodes")));
    }

    [Fact]
    public async Task A_node_that_hangs_keeps_no_VM_from_being_backed_up()
    {
        using var entry = NodeRegister.Enter(Register, _folder.FullName);
        using var socket = Listen(_folder.FullName);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var asked = new ServedVms(Register, offline: false, time).RefuseAsync(Guid.NewGuid(), TestContext.Current.CancellationToken);
        using var accepted = await socket.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        await asked;
    }

    [Fact]
    public async Task Who_gives_up_meanwhile_is_not_told_that_the_VM_is_free()
    {
        using var entry = NodeRegister.Enter(Register, _folder.FullName);
        using var socket = Listen(_folder.FullName);
        using var cancel = new CancellationTokenSource();
        var asked = new ServedVms(Register, offline: false, TimeProvider.System).RefuseAsync(Guid.NewGuid(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private static Socket Listen(string data)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(LocalSocket.PathIn(data)));
        socket.Listen();
        return socket;
    }
}
