namespace Holdfast.Faults;

/// <summary>Whether trying the same operation again makes sense.</summary>
public enum RetryAdvice
{
    /// <summary>The same request can never succeed, or there is nothing to retry.</summary>
    Never,

    /// <summary>Only after somebody has followed one of the recommended actions.</summary>
    AfterFix,

    /// <summary>By itself, after <see cref="FaultEntry.RetryAfter"/>.</summary>
    Later,

    /// <summary>At once.</summary>
    Immediately,
}
