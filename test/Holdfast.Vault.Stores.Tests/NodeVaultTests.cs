using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.S3;
using Holdfast.Vault.Stores.Tests.Servers;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>A node whose vaults are below a URL: it makes, finds, opens and deletes them there.</summary>
public sealed class NodeVaultTests(RadosgwServer radosgw, AzuriteServer azurite) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("s3")]
    [InlineData("azblob")]
    public async Task Vaults_below_a_url_are_made_found_opened_and_deleted(string kind)
    {
        var above = kind == "s3" ? radosgw.NewPlace() : azurite.NewPlace();
        var context = kind == "s3" ? radosgw.Context : azurite.Context;
        var options = new ControlPlaneOptions { DataFolder = _folder.FullName, VaultsFolder = above + "/" };
        var places = new StorePlaces([new S3Scheme(), new AzureBlobScheme()], context);
        await using var vaults = new OpenVaults(options, places, new VaultKeyFiles(options), TimeProvider.System);
        Guid[] ids = [Guid.NewGuid(), Guid.NewGuid()];
        var made = new List<string> { await vaults.CreateAsync(ids[0], Ct), await vaults.CreateAsync(ids[1], Ct) };

        Assert.Equal(ids.Select(i => $"{above}/{i:D}"), made);
        Assert.Equal(ids.Zip(made).OrderBy(p => p.First.ToString("D"), StringComparer.Ordinal), await vaults.FindStoresAsync(Ct));
        var row = Row(ids[0], made[0]);
        Assert.True(await vaults.IsUsableAsync(row, Ct));
        Assert.Equal(0, (await (await vaults.OpenAsync(row, Ct)).GetInfoAsync(Ct)).Points);

        await vaults.DeleteAsync(row);
        Assert.Equal([(ids[1], made[1])], await vaults.FindStoresAsync(Ct));
        Assert.Empty(await places.Open(made[0]).ListAllAsync("", Ct));
    }

    private static VaultRow Row(Guid id, string place) => new()
    {
        VaultId = id, SubscriptionId = "s", ResourceGroup = "g", ResourceGroupKey = "g", Name = "v", NameKey = "v", Location = "here", StorePath = place,
    };
}
