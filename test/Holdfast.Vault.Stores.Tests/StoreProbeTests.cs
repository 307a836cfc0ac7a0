using Holdfast.Vault.Stores.Tests.Servers;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>Servers that do what a vault needs pass; those that lie are found out.</summary>
public sealed class StoreProbeTests(RadosgwServer radosgw, AzuriteServer azurite)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_servers_pass_and_nothing_is_left_in_them()
    {
        foreach (var store in (IObjectStore[])[radosgw.Open(radosgw.NewPlace()), azurite.Open(azurite.NewPlace())])
        {
            var report = await StoreProbe.RunAsync(store, withRetention: false, TimeProvider.System, Ct);
            Assert.Equal(Enum.GetValues<StoreCheck>().Order(), report.Checks.Order());
            Assert.NotNull(report.ClockDifference);
            Assert.Empty(await store.ListAllAsync("", Ct));
        }
    }

    [Theory]
    [InlineData(LyingStore.Lie.OverlooksCondition, "If-None-Match")]
    [InlineData(LyingStore.Lie.OverlooksConditionInRaces, "at the same time")]
    [InlineData(LyingStore.Lie.ListsLate, "listing")]
    [InlineData(LyingStore.Lie.IgnoresRange, "range")]
    [InlineData(LyingStore.Lie.WrongClock, "clock")]
    [InlineData(LyingStore.Lie.DeletesNothing, "deleted")]
    public async Task A_store_that_lies_is_refused_and_told_why(LyingStore.Lie lie, string reason)
    {
        var error = await Assert.ThrowsAsync<VaultException>(() => StoreProbe.RunAsync(new LyingStore(lie), withRetention: false, TimeProvider.System, Ct));
        Assert.Equal(VaultErrorKind.StoreUnfit, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_store_without_a_lie_passes() =>
        Assert.NotEmpty((await StoreProbe.RunAsync(new LyingStore(LyingStore.Lie.None), withRetention: false, TimeProvider.System, Ct)).Checks);
}
