namespace Holdfast.Nbd;

/// <summary>Limits and wishes of one connection.</summary>
public sealed class NbdClientOptions
{
    /// <summary>Meta contexts to ask for; what was granted is in <see cref="NbdClient.MetaContexts"/>.</summary>
    public IReadOnlyList<string> MetaContexts { get; init; } = [];

    /// <summary>Requests on the wire at once; more wait their turn. 1 to 256.</summary>
    public int MaxInFlight { get; init; } = 16;

    /// <summary>Time for the socket to connect.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for the whole handshake, TLS included.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time without a single received byte while requests are in flight, after which the connection is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for one request altogether, however slowly its reply trickles in.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
