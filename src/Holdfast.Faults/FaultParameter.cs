namespace Holdfast.Faults;

/// <summary>A parameter that an entry's texts name in braces.</summary>
/// <param name="Name">Its name in camelCase; names of quantities end with their unit.</param>
/// <param name="Kind">How its value is shown.</param>
/// <param name="TermTable">The table that translates it, for <see cref="FaultParameterKind.Term"/>.</param>
public sealed record FaultParameter(string Name, FaultParameterKind Kind, string? TermTable = null);
