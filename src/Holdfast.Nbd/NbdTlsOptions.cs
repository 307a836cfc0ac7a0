using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Nbd;

/// <summary>How a TLS endpoint is authenticated.</summary>
public sealed class NbdTlsOptions
{
    /// <summary>The authorities that may have signed the server's certificate; empty means the system's.</summary>
    public X509Certificate2Collection TrustedRoots { get; init; } = [];

    /// <summary>This client's certificate with its private key, where the server asks for one.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The name the server's certificate must carry; the endpoint's host unless given.</summary>
    public string? ServerName { get; init; }
}
