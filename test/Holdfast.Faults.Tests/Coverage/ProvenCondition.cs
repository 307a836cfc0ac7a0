namespace Holdfast.Faults.Tests.Coverage;

/// <summary>What one test says that it proves.</summary>
internal sealed record ProvenCondition(string Assembly, string Test, string Condition, Proof Proof, string Why);
