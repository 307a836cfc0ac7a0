namespace Holdfast.Faults;

/// <summary>How a parameter's raw value is written into a text.</summary>
public enum FaultParameterKind
{
    /// <summary>As it is.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Count,

    /// <summary>A number of bytes, shown in IEC units.</summary>
    Bytes,

    /// <summary>A number of seconds.</summary>
    Seconds,

    /// <summary>Items, one a line; joined with the language's comma.</summary>
    List,

    /// <summary>A key of a table of translated terms, such as a consistency level.</summary>
    Term,

    /// <summary>Keys of a table of translated terms, one a line; joined with the language's comma.</summary>
    TermList,
}
