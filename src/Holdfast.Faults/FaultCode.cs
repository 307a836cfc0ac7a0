namespace Holdfast.Faults;

/// <summary>The stable PascalCase name of a fault, such as <c>UserErrorVmNotFoundV2</c>. Never renamed, never reused (INV-1).</summary>
/// <param name="Value">The name.</param>
public readonly record struct FaultCode(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
