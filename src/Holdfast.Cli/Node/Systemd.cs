using System.Net.Sockets;
using System.Text;

namespace Holdfast.Cli.Node;

/// <summary>Tells systemd that the node is up or stopping (sd_notify); does nothing elsewhere.</summary>
internal static class Systemd
{
    public static void Notify(string? socketPath, string state)
    {
        if (socketPath is not { Length: > 1 })
            return;

        // An abstract socket's name begins with a zero byte, which the variable writes as @.
        var address = new UnixDomainSocketEndPoint(socketPath[0] == '@' ? '\0' + socketPath[1..] : socketPath);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.ASCII.GetBytes(state), address);
        }
        catch (SocketException)
        {
            // systemd then waits in vain and says so itself.
        }
    }
}
