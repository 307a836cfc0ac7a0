using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Nbd.Tests.Servers;

/// <summary>An authority of the test's own, in the folder layout that nbdkit and QEMU read.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Certificates()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Authority = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        File.WriteAllText(_folder.File("ca-cert.pem"), Authority.ExportCertificatePem());
        using var server = Issue("localhost", "1.3.6.1.5.5.7.3.1");
        File.WriteAllText(_folder.File("server-cert.pem"), server.ExportCertificatePem());
        using var serverKey = server.GetECDsaPrivateKey()!;
        File.WriteAllText(_folder.File("server-key.pem"), serverKey.ExportPkcs8PrivateKeyPem());
        Client = Issue("client", "1.3.6.1.5.5.7.3.2");
    }

    public string Folder => _folder.Path;

    public X509Certificate2 Authority { get; }

    public X509Certificate2 Client { get; }

    public void Dispose()
    {
        Authority.Dispose();
        Client.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private X509Certificate2 Issue(string name, string purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        using var issued = request.Create(
            Authority, TimeProvider.System.GetUtcNow().AddHours(-12), TimeProvider.System.GetUtcNow().AddDays(20), RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(key);
    }
}
