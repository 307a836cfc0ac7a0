namespace Holdfast.GuestAgent;

/// <summary>What kept the agent from freezing: on Linux a mount point and the system's error text.</summary>
/// <param name="Step">What failed.</param>
/// <param name="MountPoint">The mount point, or null where the agent named none (as on Windows).</param>
/// <param name="Reason">The system's error text, or the agent's whole description.</param>
/// <remarks>Source of the words: qemu-ga's Linux commands, <c>failed to freeze %s</c> and <c>failed to open %s</c>, each followed by
/// <c>: strerror</c>. After either the agent thaws by itself what it had frozen.</remarks>
public sealed record FreezeRefusal(FreezeRefusalStep Step, string? MountPoint, string Reason)
{
    private const string Freezing = "failed to freeze ";
    private const string Opening = "failed to open ";

    /// <summary>Reads an agent's description of a failed freeze. Never fails: what isn't recognised is kept as the reason.</summary>
    public static FreezeRefusal Parse(string description)
    {
        ArgumentNullException.ThrowIfNull(description);
        var text = GuestText.Clean(description, GuestAgentLimits.DescriptionChars).Trim();
        return After(text, Freezing, FreezeRefusalStep.Freeze) ?? After(text, Opening, FreezeRefusalStep.Open)
            ?? new FreezeRefusal(FreezeRefusalStep.Other, null, text);
    }

    // A mount point may hold ": " itself; an error text of strerror doesn't, so the last one divides.
    private static FreezeRefusal? After(string text, string words, FreezeRefusalStep step)
    {
        var start = text.IndexOf(words, StringComparison.Ordinal);
        if (start < 0)
            return null;
        var rest = text[(start + words.Length)..];
        var colon = rest.LastIndexOf(": ", StringComparison.Ordinal);
        if (!rest.StartsWith('/'))
            return null;
        return colon < 0 ? new FreezeRefusal(step, rest, "") : new FreezeRefusal(step, rest[..colon], rest[(colon + 2)..]);
    }
}
