using System.Text;

namespace Holdfast.Protection.Health.Windows;

/// <summary>Text that programs of a Windows guest wrote: UTF-16 with or without a mark, UTF-8, or the guest's own code page.</summary>
internal static class WindowsText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The text, where its form can be told from the bytes alone; null where they are of a code page.</summary>
    public static string? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return Encoding.Unicode.GetString(bytes[2..]);
        if (LooksWide(bytes))
            return Encoding.Unicode.GetString(bytes);
        try
        {
            return Strict.GetString(bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The text in a code page; null where this node doesn't know it. The second byte of a character may look like a bracket or a backslash, so guessing won't do.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, int codePage)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(codePage)?.GetString(bytes);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Half of the bytes of English text in UTF-16 are zero; of Chinese text, those of digits, blanks and line ends.
    private static bool LooksWide(ReadOnlySpan<byte> bytes)
    {
        var (high, low) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == 0)
                _ = i % 2 == 1 ? high++ : low++;
        }

        return high > 0 && high >= bytes.Length / 16 && low == 0;
    }
}
