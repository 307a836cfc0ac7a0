namespace Holdfast.GuestAgent;

/// <summary>An agent command failed. Texts from the guest are already made safe to show (INV-2).</summary>
public sealed class GuestAgentException : Exception
{
    /// <summary>Makes an exception for a failure that the guest itself didn't report.</summary>
    public GuestAgentException(GuestAgentErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    private GuestAgentException(GuestAgentErrorKind kind, string message, string? guestClass, string? guestDescription)
        : base(message)
    {
        Kind = kind;
        GuestClass = guestClass;
        GuestDescription = guestDescription;
    }

    /// <summary>Why it failed.</summary>
    public GuestAgentErrorKind Kind { get; }

    /// <summary>The error class that the agent named, where known (libvirt keeps only the description).</summary>
    public string? GuestClass { get; }

    /// <summary>What the agent said, made safe to show.</summary>
    public string? GuestDescription { get; }

    /// <summary>Whether the guest may have carried out the command although no good reply came (INV-4).</summary>
    public bool MayHaveRun => Kind is GuestAgentErrorKind.Unresponsive or GuestAgentErrorKind.ChannelLost
        or GuestAgentErrorKind.ProtocolError or GuestAgentErrorKind.LimitExceeded or GuestAgentErrorKind.DomainNotRunning;

    /// <summary>Turns an error that the agent reported into an exception of the right kind.</summary>
    /// <param name="errorClass">QMP's error class, where known.</param>
    /// <param name="description">The agent's own words; untrusted.</param>
    public static GuestAgentException FromGuest(string? errorClass, string? description)
    {
        var shownClass = errorClass is null ? null : GuestText.Clean(errorClass, GuestAgentLimits.NameChars);
        var shown = GuestText.Clean(description ?? "", GuestAgentLimits.DescriptionChars);
        var kind = Classify(shownClass, shown);
        var said = shown.Length == 0 ? shownClass ?? "no description" : shown;
        return new GuestAgentException(kind, $"The guest agent reports: {said}", shownClass, shown);
    }

    // The words are those of qemu-ga since 1.1; "frozen" is looked for first, as a frozen agent also says "disabled".
    private static GuestAgentErrorKind Classify(string? errorClass, string description)
    {
        bool Says(string words) => description.Contains(words, StringComparison.OrdinalIgnoreCase);
        if (Says("agent is in frozen state"))
            return GuestAgentErrorKind.FrozenState;
        if (errorClass == "CommandNotFound" && !Says("disabled") || Says("has not been found"))
            return GuestAgentErrorKind.CommandNotFound;
        if (errorClass == "CommandDisabled" || Says("has been disabled") || Says("command is not allowed") || Says("command not allowed"))
            return GuestAgentErrorKind.CommandDisabled;
        return GuestAgentErrorKind.GuestError;
    }
}
