using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Faults;

namespace Holdfast.Api.Tls;

/// <summary>A certificate with its key and the chain that is sent along.</summary>
/// <param name="Certificate">The certificate, with its private key.</param>
/// <param name="Context">What TLS sends.</param>
public sealed record ServerCertificate(X509Certificate2 Certificate, SslStreamCertificateContext Context)
{
    /// <summary>Reads PEM files; the first certificate of the file is the server's, others are its chain.</summary>
    /// <exception cref="FaultException">They can't be read or don't belong together.</exception>
    public static ServerCertificate Read(string certificatePath, string keyPath)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            return new ServerCertificate(certificate, SslStreamCertificateContext.Create(certificate, chain, offline: true));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw NodeFaults.CertificateUnusable(certificatePath, e.Message).ToException(e);
        }
    }
}
