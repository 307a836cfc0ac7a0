using System.Text;

namespace Holdfast.Nbd.Protocol;

/// <summary>Text that a server sent: never trusted, so cut and stripped of control characters before a human sees it.</summary>
internal static class ServerText
{
    private const int CharactersMax = 200;

    public static string Clean(ReadOnlySpan<byte> utf8)
    {
        // Four bytes are the longest encoding of one character: decoding more would be thrown away.
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, CharactersMax * 4)]);
        var kept = text.AsSpan(0, Math.Min(text.Length, CharactersMax));
        return string.Create(kept.Length, kept, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
        });
    }

    public static string ErrnoName(uint errno) => errno switch
    {
        1 => "EPERM",
        5 => "EIO",
        12 => "ENOMEM",
        22 => "EINVAL",
        28 => "ENOSPC",
        75 => "EOVERFLOW",
        95 => "ENOTSUP",
        108 => "ESHUTDOWN",
        _ => "error " + errno.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
