using System.Globalization;

namespace Holdfast.GuestAgent;

/// <summary>The id of a process that the agent started.</summary>
public readonly record struct GuestProcessId(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
