using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Vault;

/// <summary>
/// Whose certificates a kind of stores trusts: the system's authorities, or instead of them those of a PEM file that a variable names. Nothing else of the
/// process trusts these. That the chain leads there and that the certificate is the host's stays checked.
/// </summary>
public static class StoreTrust
{
    private const int FileBytesMax = 4 << 20;

    /// <summary>Reads the file that a variable names.</summary>
    /// <param name="credentials">The variables.</param>
    /// <param name="variable">The variable's name.</param>
    /// <returns>What certificates are checked by; null where the system's authorities are to be trusted.</returns>
    /// <exception cref="VaultException">NotTrusted: the file can't be read, or has no certificate in PEM.</exception>
    public static X509ChainPolicy? Read(StoreCredentials credentials, string variable)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials[variable] is not { } path)
        {
            return null;
        }

        // Authorities within an organisation seldom publish whom they have revoked.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            if (new FileInfo(path).Length > FileBytesMax)
            {
                throw Unusable(path, variable, "it is too long");
            }

            policy.CustomTrustStore.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, variable, e.Message);
        }
        catch (CryptographicException)
        {
            throw Unusable(path, variable, "a certificate in it is damaged");
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw Unusable(path, variable, "no certificate in PEM is in it");
    }

    /// <summary>A way to servers whose certificates are checked so.</summary>
    /// <param name="trusted">From <see cref="Read"/>.</param>
    public static SocketsHttpHandler Handler(X509ChainPolicy? trusted)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10), AllowAutoRedirect = false };
        handler.SslOptions.CertificateChainPolicy = trusted;
        return handler;
    }

    /// <summary>What is wrong with a server's certificate, if that is what an exception of a request comes from; else null.</summary>
    public static string? Refusal(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            // One with an inner exception is of the handshake itself, which may go better the next time.
            if (e is AuthenticationException { InnerException: null })
            {
                return e.Message;
            }

            if (e is AggregateException { InnerExceptions: [var first, ..] } && first != e.InnerException && Refusal(first) is { } of)
            {
                return of;
            }
        }

        return null;
    }

    private static VaultException Unusable(string path, string variable, string reason) =>
        new(VaultErrorKind.NotTrusted, $"the file of authorities {path}, which {variable} names, can't be used: {reason}");
}
