using Holdfast.Faults;

namespace Holdfast.Api.Native;

/// <summary>A fault as code and parameters.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Parameters">Its parameters.</param>
public sealed record NativeFault(string Code, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>From the fault.</summary>
    public static NativeFault Of(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new(fault.Code.Value, fault.Parameters);
    }

    /// <summary>The fault.</summary>
    public Fault ToFault() => Fault.FromStored(Code, Parameters);
}
