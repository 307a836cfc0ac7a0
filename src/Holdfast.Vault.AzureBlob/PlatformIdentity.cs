using Azure.Core;
using Azure.Identity;

namespace Holdfast.Vault.AzureBlob;

/// <summary>
/// Tokens of Entra ID, where nobody gave a key: a service principal from the variables; else what the platform has, a workload identity, a managed identity
/// or the log-in of <c>az</c>. The library is loaded when the first token is asked for, and not before.
/// </summary>
internal sealed class PlatformIdentity : TokenCredential
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(60);

    private readonly Lazy<TokenCredential> _inner;
    private readonly string _tried;

    public PlatformIdentity(StoreCredentials credentials)
    {
        var (tenant, client, secret) = (credentials["AZURE_TENANT_ID"], credentials["AZURE_CLIENT_ID"], credentials["AZURE_CLIENT_SECRET"]);
        if (tenant is not null && client is not null && secret is not null)
        {
            (_inner, _tried) = (new(() => Principal(tenant, client, secret)), "the service principal of AZURE_CLIENT_ID");
        }
        else
        {
            (_inner, _tried) = (new(() => Platform(tenant, client)), "a workload identity, a managed identity and the log-in of az");
        }
    }

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeMax);
        try
        {
            return await AskAsync(requestContext, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoIdentityException($"no token within {TimeMax.TotalSeconds:0} seconds; tried was {_tried}");
        }
    }

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async ValueTask<AccessToken> AskAsync(TokenRequestContext requestContext, CancellationToken ct)
    {
        try
        {
            return await _inner.Value.GetTokenAsync(requestContext, ct);
        }
        catch (AuthenticationFailedException)
        {
            throw new NoIdentityException(
                $"there is no token for it; tried was {_tried}. Or set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING");
        }
    }

    private static ClientSecretCredential Principal(string tenant, string client, string secret) => new(tenant, client, secret, new ClientSecretCredentialOptions());

    /// <summary>Without what asks people or is of developers' tools. The variables of a service principal were looked at before.</summary>
    private static DefaultAzureCredential Platform(string? tenant, string? client) => new(new DefaultAzureCredentialOptions
    {
        TenantId = tenant,
        ManagedIdentityClientId = client,
        WorkloadIdentityClientId = client,
        ExcludeEnvironmentCredential = true,
        ExcludeInteractiveBrowserCredential = true,
        ExcludeVisualStudioCredential = true,
        ExcludeVisualStudioCodeCredential = true,
        ExcludeAzurePowerShellCredential = true,
        ExcludeAzureDeveloperCliCredential = true,
        ExcludeBrokerCredential = true,
    });
}
