using System.Collections.Concurrent;
using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.Stores.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>Tokens of the platform, where nobody gave a key: a stand-in speaks for the managed identity of Azure's App Service.</summary>
public sealed class PlatformIdentityTests : IDisposable
{
    private const string Token = "the-token-that-nobody-may-see";
    private const string Listing = "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs /><NextMarker /></EnumerationResults>";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");
    private readonly TestAuthority _authority = new();
    private readonly ConcurrentQueue<string> _asked = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_managed_identity_gives_the_token_that_the_store_is_asked_with()
    {
        var (seen, status) = (new ConcurrentQueue<string>(), 200);
        await using var identity = await StartIdentityAsync(200);
        await using var front = await TestFront.StartAsync(
            context =>
            {
                seen.Enqueue(context.Request.Headers.Authorization.ToString());
                context.Response.StatusCode = status;
                return context.Response.WriteAsync(status == 200 ? Listing : Token);
            },
            _authority);
        var store = Open($"azblob+https://localhost:{front.Port}/account/container/x");
        Assert.Empty(_asked);

        Assert.Empty(await store.ListAllAsync("", Ct));
        status = 403;
        var refused = await Assert.ThrowsAsync<VaultException>(async () => await store.ListAllAsync("", Ct));

        Assert.Equal(["Bearer " + Token, "Bearer " + Token], seen);
        Assert.Contains("resource=https://storage.azure.com", Uri.UnescapeDataString(Assert.Single(_asked)), StringComparison.Ordinal);
        Assert.Equal(VaultErrorKind.PermissionDenied, refused.Kind);
        Assert.DoesNotContain(Token, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_identity_gives_a_token_the_fault_names_what_was_tried_and_nothing_is_sent()
    {
        var requests = 0;
        await using var identity = await StartIdentityAsync(400);
        await using var front = await TestFront.StartAsync(
            _ =>
            {
                requests++;
                return Task.CompletedTask;
            },
            _authority);
        var error = await Assert.ThrowsAsync<VaultException>(async () => await Open($"azblob+https://localhost:{front.Port}/account/container/x").ListAllAsync("", Ct));
        Assert.Equal(VaultErrorKind.NotAuthenticated, error.Kind);
        Assert.Contains("managed identity", error.Message, StringComparison.Ordinal);
        Assert.Contains("AZURE_STORAGE_KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, requests);
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_token_that_would_go_over_plain_HTTP()
    {
        await using var identity = await StartIdentityAsync(200);
        var error = Assert.Throws<VaultException>(() => Open("azblob+http://127.0.0.1:1/account/container/x"));
        Assert.Equal(VaultErrorKind.NotAuthenticated, error.Kind);
        Assert.Empty(_asked);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private IObjectStore Open(string place)
    {
        var file = Path.Combine(_folder.FullName, "ca.pem");
        File.WriteAllText(file, _authority.Pem);

        // An identity of each test's own: the library keeps the tokens of a process.
        var values = new Dictionary<string, string> { [AzureBlobScheme.TrustVariable] = file, ["AZURE_CLIENT_ID"] = Guid.NewGuid().ToString() };
        return new AzureBlobScheme().Open(place, new StoreContext { Credentials = StoreCredentials.Of(values) });
    }

    private async Task<TestFront> StartIdentityAsync(int status)
    {
        var front = await TestFront.StartAsync(context =>
        {
            _asked.Enqueue(context.Request.QueryString.ToString());
            var isRight = status == 200 && context.Request.Headers["X-IDENTITY-HEADER"] == "header";
            context.Response.StatusCode = isRight ? 200 : 400;
            context.Response.ContentType = "application/json";
            var expires = TimeProvider.System.GetUtcNow().AddHours(8).ToUnixTimeSeconds();
            return context.Response.WriteAsync(isRight
                ? $$"""{"access_token":"{{Token}}","expires_on":"{{expires}}","resource":"https://storage.azure.com","token_type":"Bearer","client_id":"c"}"""
                : $$"""{"statusCode":400,"message":"{{Token}}"}""");
        });
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", $"http://127.0.0.1:{front.Port}/msi/token");
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "header");
        return front;
    }
}
