using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.S3;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>Where vaults can be, and what is no place.</summary>
public sealed class PlaceTests
{
    private static readonly StoreContext Context = new()
    {
        Credentials = StoreCredentials.Of(new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "id", ["AWS_SECRET_ACCESS_KEY"] = "secret", ["AZURE_STORAGE_KEY"] = Convert.ToBase64String("key"u8),
        }),
    };

    private static readonly StorePlaces Places = new([new S3Scheme(), new AzureBlobScheme()], Context);

    [Theory]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/prefix/of/it/")]
    [InlineData("s3://s3.example:9000/bucket/prefix")]
    [InlineData("s3+https://s3.example/bucket/prefix")]
    [InlineData("s3+http://127.0.0.1:9000/bucket")]
    [InlineData("s3+http://localhost:9000/bucket/a")]
    [InlineData("s3:https://s3.example/bucket/prefix")]
    [InlineData("azblob://account/container")]
    [InlineData("azblob://account/container/prefix")]
    [InlineData("https://account.blob.core.windows.net/container/prefix")]
    [InlineData("azblob+https://store.example/account/container/prefix")]
    [InlineData("azblob+http://127.0.0.1:10000/devstoreaccount1/container")]
    public void Places_are_opened_and_described_without_their_last_slash(string place) => Assert.Equal(place.TrimEnd('/'), Places.Open(place).Description);

    [Theory]
    [InlineData("s3+http://s3.example/bucket", "plain HTTP")]
    [InlineData("azblob+http://192.0.2.1/account/container", "plain HTTP")]
    [InlineData("s3+https://s3.example", "bucket is missing")]
    [InlineData("azblob://account", "container is missing")]
    [InlineData("s3://id:hunter2@s3.example/bucket", "credentials")]
    [InlineData("https://account.blob.core.windows.net/container?sv=1&sig=hunter2", "credentials")]
    [InlineData("s3://bucket/../other", "leads elsewhere")]
    [InlineData("s3://bucket//other", "empty")]
    [InlineData("ftp://host/hunter2", "begins with")]
    [InlineData("https://example.com/container", "begins with")]
    public void What_is_no_place_is_refused_without_repeating_it(string place, string reason)
    {
        var error = Assert.Throws<VaultException>(() => Places.Open(place));
        Assert.Equal(VaultErrorKind.PlaceInvalid, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket/a/b", "s3://bucket/a")]
    [InlineData("s3://bucket", null)]
    [InlineData("/srv/vaults/a", "/srv/vaults")]
    public void The_place_above(string place, string? above)
    {
        Assert.Equal(above, StorePlaces.Above(place));
        if (above is not null)
        {
            Assert.Equal(place, StorePlaces.Below(above, place.Split('/')[^1]));
        }
    }

    [Fact]
    public void A_file_of_credentials_goes_before_the_environment_and_must_be_its_owners()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# for the vault\nAWS_ACCESS_KEY_ID = fromfile\n\nAWS_SECRET_ACCESS_KEY=\"a=b\"\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var read = StoreCredentials.Read(n => n == "AWS_ACCESS_KEY_ID" ? "fromenv" : n == "AWS_REGION" ? "eu-central-1" : null, file);
            Assert.Equal(("fromfile", "a=b", "eu-central-1"), (read["AWS_ACCESS_KEY_ID"], read["AWS_SECRET_ACCESS_KEY"], read["AWS_REGION"]));
            Assert.DoesNotContain("a=b", read.ToString(), StringComparison.Ordinal);

            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Equal(VaultErrorKind.NotAuthenticated, Assert.Throws<VaultException>(() => StoreCredentials.Read(_ => null, file)).Kind);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(file, "hunter2\n");
            var error = Assert.Throws<VaultException>(() => StoreCredentials.Read(_ => null, file));
            Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
