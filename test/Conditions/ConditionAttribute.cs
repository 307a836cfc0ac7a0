using Xunit.v3;

namespace Holdfast.Testing;

/// <summary>
/// Says that a test proves the detection of a troubleshooting condition (B01-B26, J01-J04, R01-R11, P01-P03, A01-A10, S01-S05, N01-N08).
/// The test's name begins with the condition's id. <c>--filter-trait Condition=B01</c> runs the tests of one.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ConditionAttribute(string id, Proof proof) : Attribute, ITraitAttribute
{
    public string Id { get; } = id;

    public Proof Proof { get; } = proof;

    /// <summary>Why nothing but a replay is possible; needed for a replay of a condition that isn't one of Windows.</summary>
    public string Why { get; init; } = "";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Condition", Id), new("Proof", Proof.ToString())];
}
