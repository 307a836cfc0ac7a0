namespace Holdfast.Faults;

/// <summary>How much a fault matters to the operation that met it.</summary>
public enum FaultSeverity
{
    /// <summary>Worth knowing; the operation did what was asked.</summary>
    Info,

    /// <summary>The operation went on, with less than was asked or with something to look after.</summary>
    Warning,

    /// <summary>The operation could not be done.</summary>
    Error,
}
