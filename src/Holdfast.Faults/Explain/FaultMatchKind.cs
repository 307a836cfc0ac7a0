namespace Holdfast.Faults;

/// <summary>By what an entry was found for a text.</summary>
public enum FaultMatchKind
{
    /// <summary>The text holds its code or number, or a code under which Azure reports the same.</summary>
    Code,

    /// <summary>The text holds its message.</summary>
    Message,

    /// <summary>The text is about the same.</summary>
    Topic,
}
