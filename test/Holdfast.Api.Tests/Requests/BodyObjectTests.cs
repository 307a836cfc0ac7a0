using System.Text.Json;
using Holdfast.Api.Requests;
using Holdfast.Faults;

namespace Holdfast.Api.Tests.Requests;

public sealed class BodyObjectTests
{
    [Fact]
    public void A_field_that_nobody_asked_for_is_refused_by_its_path()
    {
        var body = Body("""{"properties":{"known":"x","unknown":1}}""");
        Assert.Equal("x", body.RequiredChild("properties").Text("known"));
        AssertRefused("HoldfastFieldUnknown", "properties.unknown", body.Done);
    }

    [Fact]
    public void Fields_that_only_the_server_writes_may_come_back()
    {
        var body = Body("""{"id":"/a","etag":null,"properties":{"provisioningState":{"deep":1}}}""");
        body.Ignore("id", "etag").RequiredChild("properties").Ignore("provisioningState");
        body.Done();
    }

    [Fact]
    public void Null_counts_as_absent()
    {
        var body = Body("""{"text":null,"flag":null,"number":null,"child":null,"list":null,"map":null,"time":null,"id":null}""");
        Assert.Null(body.Text("text"));
        Assert.Null(body.Flag("flag"));
        Assert.Null(body.Number("number", 0, 1));
        Assert.Null(body.Child("child"));
        Assert.Null(body.Numbers("list", 0, 1, 1));
        Assert.Null(body.Texts("map", 1));
        Assert.Null(body.Instant("time"));
        Assert.Null(body.Id("id", "Microsoft.Compute/virtualMachines"));
        body.Done();
    }

    public static TheoryData<string, Action<BodyObject>> WrongTypes => new()
    {
        { "1", b => b.Text("f") },
        { "\"true\"", b => b.Flag("f") },
        { "1", b => b.Flag("f") },
        { "1.5", b => b.Number("f", 0, 9) },
        { "\"1\"", b => b.Number("f", 0, 9) },
        { "10", b => b.Number("f", 0, 9) },
        { "1e400", b => b.Number("f", 0, 9) },
        { "[]", b => b.Child("f") },
        { "{}", b => b.Numbers("f", 0, 9, 3) },
        { "[1,2,3,4]", b => b.Numbers("f", 0, 9, 3) },
        { "[1,\"2\"]", b => b.Numbers("f", 0, 9, 3) },
        { "{\"a\":1}", b => b.Texts("f", 3) },
        { "\"2026-13-01T00:00:00Z\"", b => b.Instant("f") },
        { "\"tomorrow\"", b => b.Instant("f") },
        { "\"red\"", b => b.Word("f", "Green", "Blue") },
        { "\"a\\u0000b\"", b => b.Text("f") },
        { "\"/subscriptions/s/resourceGroups/g\"", b => b.Id("f", "Microsoft.Compute/virtualMachines") },
    };

    [Theory]
    [MemberData(nameof(WrongTypes))]
    public void A_value_of_the_wrong_type_is_refused_by_its_path(string json, Action<BodyObject> read)
    {
        var child = Body("{\"properties\":{\"f\":" + json + "}}").RequiredChild("properties");
        AssertRefused("HoldfastFieldInvalid", "properties.f", () => read(child));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("/subscriptions/s/resourceGroups")]
    [InlineData("/subscriptions/s/resourceGroups/../providers/Microsoft.Compute/virtualMachines/v")]
    [InlineData("https://host/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v")]
    public void What_is_no_id_is_refused(string id) =>
        AssertRefused("InvalidResourceId", "f", () => Body(JsonSerializer.Serialize(new { f = id })).Id("f", "Microsoft.Compute/virtualMachines"));

    [Fact]
    public void A_missing_field_is_named() => AssertRefused("HoldfastFieldMissing", "p.q", () => Body("""{"p":{}}""").RequiredChild("p").RequiredText("q"));

    [Fact]
    public void A_word_is_given_in_its_proper_spelling() => Assert.Equal("Enabled", Body("""{"f":"ENABLED"}""").Word("f", "Enabled", "Disabled"));

    private static BodyObject Body(string json) => BodyObject.Root(JsonDocument.Parse(json).RootElement);

    private static void AssertRefused(string code, string field, Action act)
    {
        var fault = Assert.Throws<FaultException>(act).Fault;
        Assert.Equal(code, fault.Code.Value);
        Assert.Equal(field, fault.Parameters["field"]);
    }
}
