using Azure.Storage;
using Azure.Storage.Blobs;
using Holdfast.Vault.AzureBlob;

namespace Holdfast.Vault.Stores.Tests.Servers;

/// <summary>Azurite, with one container.</summary>
public sealed class AzuriteServer() : StoreServer<AzureBlobStore>("azurite.sh", new AzureBlobScheme(), $"{Account}/", new() { ["AZURE_STORAGE_KEY"] = Key })
{
    public const string Account = "devstoreaccount1";

    /// <summary>The key that Azurite documents for everybody.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public BlobContainerClient Client(BlobClientOptions? options = null) =>
        new(new Uri($"{Url}{Account}/{Container}"), new StorageSharedKeyCredential(Account, Key), options);

    protected override Task PrepareAsync() => Client().CreateAsync();
}
