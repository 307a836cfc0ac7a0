using System.Security.Cryptography.X509Certificates;
using Holdfast.Api.Tls;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A certificate authority of a test's own: a node's, in a folder of its own, two years old, so that what it signed can be over by now.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");

    /// <summary>Makes an authority.</summary>
    public TestAuthority() => Issue(isExpired: true, "localhost").Dispose();

    /// <summary>Its certificate, PEM.</summary>
    public string Pem => File.ReadAllText(Path.Combine(_folder.FullName, "ca.crt"));

    /// <summary>A server's certificate for names and addresses.</summary>
    public X509Certificate2 Issue(bool isExpired, params string[] names)
    {
        // What is there already would be used again.
        foreach (var server in _folder.GetFiles("server.*"))
            server.Delete();
        return new OwnAuthority(_folder.FullName, isExpired ? new Past() : TimeProvider.System).Ensure(names).Certificate;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private sealed class Past : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddYears(-2);
    }
}
