using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Faults;

namespace Holdfast.Api.Tls;

/// <summary>
/// The certificate authority of a node that was given no certificate: made at the first start, valid for ten years, its key in a file that only the node's account
/// reads. It signs nothing but this node's server certificate.
/// </summary>
public sealed class OwnAuthority(string folder, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan AuthorityTime = TimeSpan.FromDays(3650);

    // Some clients refuse server certificates that are valid for longer than 398 days.
    private static readonly TimeSpan ServerTime = TimeSpan.FromDays(397);
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    /// <summary>The certificate that clients have to trust.</summary>
    public string AuthorityPath => Path.Combine(folder, "ca.crt");

    private string AuthorityKeyPath => Path.Combine(folder, "ca.key");

    private string ServerPath => Path.Combine(folder, "server.crt");

    private string ServerKeyPath => Path.Combine(folder, "server.key");

    /// <summary>The server certificate for some names and addresses; made anew when it is missing, about to end, or without one of them.</summary>
    public ServerCertificate Ensure(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        try
        {
            using var authority = File.Exists(AuthorityPath) && File.Exists(AuthorityKeyPath)
                ? X509Certificate2.CreateFromPemFile(AuthorityPath, AuthorityKeyPath)
                : MakeAuthority();
            if (!IsUsable(authority, names))
                MakeServer(authority, names);
            return ServerCertificate.Read(ServerPath, ServerKeyPath);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw NodeFaults.CertificateUnusable(folder, e.Message).ToException(e);
        }
    }

    private bool IsUsable(X509Certificate2 authority, IReadOnlyCollection<string> names)
    {
        if (!File.Exists(ServerPath) || !File.Exists(ServerKeyPath))
            return false;
        using var server = X509Certificate2.CreateFromPem(File.ReadAllText(ServerPath));
        return server.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)
            && server.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier?.Span
                .SequenceEqual(authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First().SubjectKeyIdentifierBytes.Span) is true
            && server.NotAfter.ToUniversalTime() - RenewedBefore > time.GetUtcNow().UtcDateTime
            && names.All(n => server.MatchesHostname(n, allowWildcards: false, allowCommonName: false));
    }

    private X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // A name of its own: two nodes' authorities can then lie in one bundle.
        var name = new X500DistinguishedName($"CN=Holdfast {Environment.MachineName} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}, O=Holdfast");
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        var made = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + AuthorityTime);
        Write(AuthorityKeyPath, key.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write(AuthorityPath, made.ExportCertificatePem(), Readable);
        return made;
    }

    private void MakeServer(X509Certificate2 authority, IReadOnlyCollection<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={names.First()}"), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var now = time.GetUtcNow();
        var ends = now + ServerTime;
        if (ends > authority.NotAfter.ToUniversalTime())
            ends = authority.NotAfter.ToUniversalTime();
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using var made = request.Create(authority, now - TimeSpan.FromHours(1), ends, serial);
        Write(ServerKeyPath, key.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write(ServerPath, made.ExportCertificatePem() + "\n" + authority.ExportCertificatePem(), Readable);
    }

    // Whole or not at all: the next start must not find half a key.
    private static void Write(string path, string pem, UnixFileMode mode)
    {
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine(pem);
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
