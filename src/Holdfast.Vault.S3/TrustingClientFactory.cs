using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;

namespace Holdfast.Vault.S3;

/// <summary>Gives the client library its way to a server whose certificate an authority of its own has issued.</summary>
/// <param name="trusted">What certificates are checked by.</param>
#pragma warning disable CA1001 // The client lives as long as the process.
internal sealed class TrustingClientFactory(X509ChainPolicy trusted) : HttpClientFactory
#pragma warning restore CA1001
{
    // As the library's own: no limit but those of the decorators, and one for all requests.
    private readonly HttpClient _client = new(StoreTrust.Handler(trusted)) { Timeout = Timeout.InfiniteTimeSpan };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    /// <remarks>The library would keep it for any client of the same settings, and these aren't told apart by whom they trust.</remarks>
    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
}
