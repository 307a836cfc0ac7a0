using System.Text;

namespace Holdfast.GuestAgent;

/// <summary>What a process in the guest wrote: its last bytes, as many as were asked for. Untrusted, raw.</summary>
/// <param name="Tail">The bytes.</param>
/// <param name="Truncated">Whether more was written than is held.</param>
public sealed record GuestOutput(ReadOnlyMemory<byte> Tail, bool Truncated)
{
    /// <summary>Nothing.</summary>
    public static GuestOutput Empty { get; } = new(ReadOnlyMemory<byte>.Empty, false);

    /// <summary>The end of the output as text that is safe to show.</summary>
    public string ToText(int charsMax = 2000)
    {
        var text = Encoding.UTF8.GetString(Tail.Span).Trim();
        return GuestText.CleanLines(text.Length > charsMax ? text[^charsMax..] : text, charsMax);
    }
}
