using Azure.Storage;
using Azure.Storage.Blobs;
using Holdfast.Vault.AzureBlob;

namespace Holdfast.Vault.Stores.Tests.Servers;

/// <summary>Azurite, with one container.</summary>
public sealed class AzuriteServer() : StoreServer("azurite.sh")
{
    public const string Container = "plain";
    public const string Account = "devstoreaccount1";

    /// <summary>The key that Azurite documents for everybody.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public StoreContext Context { get; } = new() { Credentials = StoreCredentials.Of(new Dictionary<string, string> { ["AZURE_STORAGE_KEY"] = Key }) };

    /// <summary>A place of its own for each test.</summary>
    public string NewPlace(string container = Container) => $"azblob+http://{Url.Authority}/{Account}/{container}/{Guid.NewGuid():N}";

    /// <summary>The bare store of a place.</summary>
    public AzureBlobStore Open(string place, StoreContext? context = null) => (AzureBlobStore)new AzureBlobScheme().Open(place, context ?? Context);

    protected override async Task PrepareAsync() => await new BlobContainerClient(
        new Uri($"{Url}{Account}/{Container}"), new StorageSharedKeyCredential(Account, Key)).CreateAsync();
}
