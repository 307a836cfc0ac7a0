namespace Holdfast.Protection.Health.Network;

/// <summary>What is spoken at an endpoint, as far as its examination goes.</summary>
public enum EndpointProtocol
{
    /// <summary>A connection; what is spoken over it isn't looked at.</summary>
    Tcp,

    /// <summary>TLS from the first byte; what is spoken inside isn't looked at.</summary>
    Tls,

    /// <summary>HTTP without TLS.</summary>
    Http,

    /// <summary>HTTP over TLS.</summary>
    Https,

    /// <summary>Mail, with TLS once both sides have agreed on it.</summary>
    SmtpStartTls,
}
