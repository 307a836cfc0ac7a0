using System.Net.Sockets;
using System.Text;
using Holdfast.Api.Identity;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Cli.Node;

/// <summary>
/// The socket in a node's data folder by which commands of its machine reach it: without a secret, since only the node's account and root get into the folder,
/// and the kernel says who they are.
/// </summary>
internal static class LocalSocket
{
    // unix(7): sun_path.
    private const int PathBytesMax = 107;

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "node.sock");

    /// <summary>Whether a path is short enough for a socket.</summary>
    public static bool Fits(string dataFolder) => Encoding.UTF8.GetByteCount(PathIn(dataFolder)) <= PathBytesMax;

    /// <summary>Lets the server listen on it. Where the path is too long for a socket the node does without.</summary>
    public static void Serve(KestrelServerOptions server, string dataFolder)
    {
        if (!Fits(dataFolder))
            return;

        // Left by a node that was killed: the folder is this node's alone.
        File.Delete(PathIn(dataFolder));
        server.ListenUnixSocket(PathIn(dataFolder), listen => listen.Use(next => connection =>
        {
            var socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
            connection.Features.Set(LocalPeer.Of(socket));
            return next(connection);
        }));
    }

    /// <summary>Closes the socket itself to other accounts, as its folder is.</summary>
    public static void Close(string dataFolder)
    {
        if (Fits(dataFolder))
            File.SetUnixFileMode(PathIn(dataFolder), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Whether a node of this machine lives on a folder, and this account gets to it.</summary>
    public static bool Answers(string dataFolder)
    {
        if (!Fits(dataFolder))
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(PathIn(dataFolder)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Connects to the node of a folder.</summary>
    public static async ValueTask<Stream> ConnectAsync(string dataFolder, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(PathIn(dataFolder)), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
