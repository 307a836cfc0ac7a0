namespace Holdfast.Faults.Tests;

public sealed class CatalogueRulesTests
{
    private static readonly FaultTemplate Good = new("A {vm} failed.", "Why.", ["Do this."]);

    public static TheoryData<string, string> Broken => new()
    {
        { "lacks a language", "no zh-TW texts" },
        { "has no action", "at least one action" },
        { "has an empty message", "a message, a cause" },
        { "uses an undeclared parameter", "parameter nobody isn't declared" },
        { "declares an unused parameter", "parameter other isn't used" },
        { "has a stray brace", "a brace" },
        { "has a lower-case code", "not a PascalCase code" },
        { "says later without a time", "retryAfterSeconds" },
        { "has a parameter of unknown kind", "no known kind" },
        { "is there twice", "used 2 times" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_catalogue_is_refused_when_an_entry(string how, string problem)
    {
        var item = Item(Good);
        CatalogueItem[] items = how switch
        {
            "lacks a language" => [item with { Texts = new() { ["en"] = Good } }],
            "has no action" => [Item(Good with { Actions = [] })],
            "has an empty message" => [Item(Good with { Message = " ", Cause = "{vm}" })],
            "uses an undeclared parameter" => [Item(Good with { Cause = "{nobody}" })],
            "declares an unused parameter" => [item with { Parameters = new() { ["vm"] = "text", ["other"] = "text" } }],
            "has a stray brace" => [Item(Good with { Cause = "{vm" })],
            "has a lower-case code" => [item with { Code = "someCode" }],
            "says later without a time" => [item with { Retry = RetryAdvice.Later }],
            "has a parameter of unknown kind" => [item with { Parameters = new() { ["vm"] = "colour" } }],
            _ => [item, item],
        };
        var refusal = Assert.Throws<InvalidDataException>(() => CatalogueReader.Build([new("backup", items)], [], []));
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_entry_is_taken() => Assert.Single(CatalogueReader.Build([new("backup", [Item(Good)])], [], []).Entries);

    private static CatalogueItem Item(FaultTemplate template) => new(
        "TestSomething", 2999, FaultSeverity.Error, RetryAdvice.Never, new() { ["vm"] = "text" }, [],
        new() { ["en"] = template, ["zh-TW"] = template });
}
