using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Protection.Tests.Restore;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Node;

public sealed class QuotasTests : IDisposable
{
    private static readonly VaultId One = VaultId.Parse("8f2c0b0e5d6a4c1f9f1f0d7b3a2e4c58");
    private readonly TemporaryFolder _folder = new();

    private NodePaths Paths => new(_folder["state"], _folder["cache"], null);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_file_nothing_is_limited()
    {
        Assert.Null(Quotas.Read(Paths).VmsPerHost);
        Assert.Null(Quotas.Read(Paths).LimitOf(One));
        Assert.False(Quotas.Read(Paths).LimitsVaults);
    }

    [Fact]
    public void A_vault_of_its_own_limit_goes_by_that_and_the_others_by_the_common_one()
    {
        Write("""{ "vmsPerHost": 40, "vaultSize": "2TiB", "vaultSizes": { "8f2c0b0e-5d6a-4c1f-9f1f-0d7b3a2e4c58": "1.5g" } }""");

        var quotas = Quotas.Read(Paths);

        Assert.Equal(40, quotas.VmsPerHost);
        Assert.Equal(3L << 29, quotas.LimitOf(One));
        Assert.Equal(2L << 40, quotas.LimitOf(VaultId.New()));
        Assert.Equal(3L << 29, quotas.LimitOf(VaultId.New(), alias: One));
        Assert.Equal(2L << 40, quotas.LimitOf(VaultId.New(), alias: VaultId.New()));
    }

    [Theory]
    [InlineData("""{ "vaultSize": "much" }""")]
    [InlineData("""{ "vaultSize": "-5M" }""")]
    [InlineData("""{ "vaultSize": "0" }""")]
    [InlineData("""{ "vaultSize": "9000000T" }""")]
    [InlineData("""{ "vaultSize": 5 }""")]
    [InlineData("""{ "vaultSizes": { "backups": "5M" } }""")]
    [InlineData("""{ "vaultSizes": { "8f2c0b0e5d6a4c1f9f1f0d7b3a2e4c58": null } }""")]
    [InlineData("""{ "vaultSizes": { "8f2c0b0e5d6a4c1f9f1f0d7b3a2e4c58": "1M", "8F2C0B0E5D6A4C1F9F1F0D7B3A2E4C58": "2M" } }""")]
    [InlineData("""{ "vaultsize": "5M" }""")]
    [InlineData("null")]
    [InlineData("")]
    public void A_limit_that_cannot_be_read_is_not_taken_for_none(string text)
    {
        Write(text);
        Assert.Equal("HoldfastStateFolderNotUsable", Assert.Throws<FaultException>(() => Quotas.Read(Paths)).Fault.Code.Value);
    }

    [Theory]
    [InlineData(89, false, false)]
    [InlineData(90, true, false)]
    [InlineData(99, true, false)]
    [InlineData(100, true, true)]
    [InlineData(101, true, true)]
    public void A_vault_is_near_its_limit_from_nine_tenths_on(long held, bool near, bool reached)
    {
        var fill = new VaultFill(held, 100);
        Assert.Equal((near, reached), (fill.IsNear, fill.IsReached));
    }

    private void Write(string text)
    {
        Directory.CreateDirectory(_folder["state"]);
        File.WriteAllText(_folder["state/quotas.json"], text);
    }
}
