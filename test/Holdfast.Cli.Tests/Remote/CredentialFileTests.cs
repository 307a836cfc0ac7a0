using Holdfast.Cli.Remote;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests.Remote;

public sealed class CredentialFileTests : IDisposable
{
    private const string Credential = """{"appId":"a","displayName":"n","secret":"s3cret","tenant":"t","subscription":"s","role":null,"scope":null}""";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("hf-credential-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void What_credential_create_prints_is_read() => Assert.Equal("s3cret", CredentialFile.Read(Write(Credential, 0b110_000_000)).Secret);

    [Theory]
    [InlineData(0b110_100_000)]
    [InlineData(0b110_000_100)]
    [InlineData(0b110_010_000)]
    public void A_file_that_others_get_to_is_refused(int mode) => Assert.Contains("0600", Refusal(Write(Credential, mode)).Parameters["reason"], StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("s3cret")]
    [InlineData("{\"appId\":\"a\",\"secret\":")]
    [InlineData("{\"appId\":\"a\",\"displayName\":\"n\",\"secret\":\"\",\"tenant\":\"t\",\"subscription\":\"s\",\"role\":null,\"scope\":null}")]
    public void Anything_else_is_refused_without_citing_it(string text)
    {
        var path = Write(text, 0b110_000_000);
        Assert.DoesNotContain("s3cret", Refusal(path).ToString(), StringComparison.Ordinal);
        Assert.Null(Assert.Throws<FaultException>(() => CredentialFile.Read(path)).InnerException);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal("/nowhere/c", Refusal("/nowhere/c").Parameters["path"]);

    private static Fault Refusal(string path) => Assert.Throws<FaultException>(() => CredentialFile.Read(path)).Fault;

    private string Write(string text, int mode)
    {
        var path = Path.Combine(folder.FullName, "credential");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        return path;
    }
}
