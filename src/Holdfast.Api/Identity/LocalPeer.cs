using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.Api.Identity;

/// <summary>
/// Who is at the other end of the node's own socket, as the kernel says. Only the node's account and root get there: the socket lies in a folder that is
/// closed to all others.
/// </summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="UserId">Its account.</param>
public sealed record LocalPeer(int ProcessId, int UserId)
{
    // asm-generic/socket.h: what getsockopt(2) answers with struct ucred { pid, uid, gid }.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>The peer of a connected socket.</summary>
    public static LocalPeer Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<int> credentials = stackalloc int[3];
        var length = socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        return length == 3 * sizeof(int) ? new(credentials[0], credentials[1]) : throw new InvalidOperationException("The kernel doesn't say who the peer is.");
    }
}
