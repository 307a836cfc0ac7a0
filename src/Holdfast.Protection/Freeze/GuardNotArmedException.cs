namespace Holdfast.Protection.Freeze;

/// <summary>No guard could be armed, so nothing may be frozen.</summary>
public sealed class GuardNotArmedException : Exception
{
    /// <summary>Says why.</summary>
    public GuardNotArmedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
