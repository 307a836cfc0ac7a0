using CsCheck;
using Holdfast.Api.Requests;
using Holdfast.Faults;

namespace Holdfast.Api.Tests.Requests;

public sealed class ListFilterTests
{
    [Theory]
    [InlineData("backupManagementType eq 'AzureIaasVM'")]
    [InlineData("backupManagementType eq 'AzureIaasVM' and itemType eq 'VM'")]
    [InlineData("BACKUPMANAGEMENTTYPE EQ 'AzureIaasVM' AND itemtype eq VM ")]
    public void What_clients_send_is_understood(string text)
    {
        var filter = ListFilter.Parse(text, "backupManagementType", "itemType");
        Assert.Equal("AzureIaasVM", filter["backupManagementType"]);
        Assert.True(filter.Admits("itemType", "vm"));
        Assert.False(filter.Admits("backupManagementType", "MAB"));
    }

    [Fact]
    public void No_filter_admits_everything() => Assert.True(ListFilter.Parse(" ", "status").Admits("status", "Failed"));

    [Fact]
    public void A_quote_is_doubled_inside_a_value() =>
        Assert.Equal("it's and eq 'x'", ListFilter.Parse("friendlyName eq 'it''s and eq ''x'''", "friendlyName")["friendlyName"]);

    [Theory]
    [InlineData("status")]
    [InlineData("status eq 'a' and")]
    [InlineData("status eq 'a' or status eq 'b'")]
    [InlineData("status eq 'a' status eq 'b'")]
    [InlineData("status eq 'a' and status eq 'b'")]
    [InlineData("status ne 'a'")]
    [InlineData("status eq 'a")]
    [InlineData("other eq 'a'")]
    [InlineData("status eq 'a'x")]
    public void What_is_not_understood_is_refused(string text)
    {
        var e = Assert.Throws<FaultException>(() => ListFilter.Parse(text, "status"));
        Assert.Equal("InvalidFilter", e.Fault.Code.Value);
    }

    [Theory]
    [InlineData("2026-01-02 12:00:00 AM", 0)]
    [InlineData("2026-01-02 01:30:00 PM", 13.5)]
    [InlineData("2026-01-02T13:30:00Z", 13.5)]
    [InlineData("2026-01-02T13:30:00.0000000Z", 13.5)]
    public void Instants_are_read_as_azure_cli_and_the_SDKs_write_them(string text, double hours) =>
        Assert.Equal(
            new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).AddHours(hours), ListFilter.Parse($"startTime eq '{text}'", "startTime").Instant("startTime"));

    [Fact]
    public void An_instant_that_is_none_is_refused() =>
        Assert.Throws<FaultException>(() => ListFilter.Parse("startTime eq 'yesterday'", "startTime").Instant("startTime"));

    [Fact]
    public void No_text_takes_long_to_be_refused_or_fails_otherwise() => Gen.String.Sample(text =>
    {
        try
        {
            ListFilter.Parse(text, "status");
        }
        catch (FaultException)
        {
            // The only way to fail.
        }
    });
}
