using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.S3;
using Holdfast.Vault.Stores.Tests.Servers;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>Servers whose certificates are of an authority of one's own.</summary>
public sealed class TrustTests(RadosgwServer s3, AzuriteServer blob) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");
    private readonly TestAuthority _authority = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => ["s3", "azblob"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_server_of_the_authority_that_is_named_is_used_as_any_other(string kind)
    {
        await using var front = await TestFront.StartAsync(TestFront.To(UrlOf(kind)), _authority);
        var report = await StoreProbe.RunAsync(Open(kind, front.Port, FileOf(_authority.Pem)), withRetention: false, TimeProvider.System, Ct);
        Assert.Equal(Enum.GetValues<StoreCheck>().Length, report.Checks.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_server_of_another_authority_is_not_trusted_and_gets_no_request(string kind)
    {
        var requests = 0;
        await using var front = await TestFront.StartAsync(
            _ =>
            {
                requests++;
                return Task.CompletedTask;
            },
            _authority);
        using var other = new TestAuthority();
        foreach (var file in (string?[])[FileOf(other.Pem), null])
        {
            var error = await Assert.ThrowsAsync<VaultException>(async () => await Open(kind, front.Port, file).ListAllAsync("", Ct));
            Assert.Equal(VaultErrorKind.NotTrusted, error.Kind);
            var told = await Assert.ThrowsAsync<FaultException>(() => FaultMapping.GuardAsync(() => Task.FromException(error), new FaultSubject { VaultPlace = "place" }));
            Assert.Equal("HoldfastTlsNotTrusted", told.Fault.Code.Value);
        }

        Assert.Equal(0, requests);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_certificate_of_another_host_is_not_trusted_whoever_issued_it(string kind)
    {
        await using var front = await TestFront.StartAsync(TestFront.To(UrlOf(kind)), _authority, "other.example");
        var error = await Assert.ThrowsAsync<VaultException>(async () => await Open(kind, front.Port, FileOf(_authority.Pem)).ListAllAsync("", Ct));
        Assert.Equal(VaultErrorKind.NotTrusted, error.Kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_of_authorities_that_can_not_be_used_is_told_before_anything_is_asked(string kind)
    {
        foreach (var (file, reason) in ((string, string)[])
        [
            (Path.Combine(_folder.FullName, "none"), "none"), (FileOf("no certificate"), "no certificate"),
            (FileOf("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "damaged"), (_folder.FullName, _folder.FullName),
        ])
        {
            var error = Assert.Throws<VaultException>(() => Open(kind, 1, file));
            Assert.Equal(VaultErrorKind.NotTrusted, error.Kind);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.Contains(VariableOf(kind), error.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string VariableOf(string kind) => kind == "s3" ? S3Scheme.TrustVariable : AzureBlobScheme.TrustVariable;

    private Uri UrlOf(string kind) => kind == "s3" ? s3.Url : blob.Url;

    private string FileOf(string content)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, content);
        return path;
    }

    private static IObjectStore Open(string kind, int port, string? file)
    {
        var values = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "AKTEST", ["AWS_SECRET_ACCESS_KEY"] = "SKTEST", ["AZURE_STORAGE_KEY"] = AzuriteServer.Key,
        };
        if (file is not null)
        {
            values[VariableOf(kind)] = file;
        }

        var context = new StoreContext { Credentials = StoreCredentials.Of(values) };
        return kind == "s3"
            ? new S3Scheme().Open($"s3+https://localhost:{port}/{RadosgwServer.Container}/{Guid.NewGuid():N}", context)
            : new AzureBlobScheme().Open($"azblob+https://localhost:{port}/{AzuriteServer.Account}/{AzuriteServer.Container}/{Guid.NewGuid():N}", context);
    }
}
