using System.Globalization;

namespace Holdfast.Protection.Node;

/// <summary>Sizes as people write them: 800K, 50MiB, 1.5G, 2TiB; units are powers of 1024, whatever their spelling.</summary>
public static class ByteSize
{
    private const long BytesMax = 1L << 50;

    /// <summary>Reads a size in bytes, from 1 byte to 1 PiB; null where the text isn't one.</summary>
    /// <param name="text">What somebody wrote.</param>
    public static long? TryParse(string? text)
    {
        var digits = text?.TrimEnd("BbIiKkMmGgTt".ToCharArray()) ?? "";
        long? factor = text?[digits.Length..].ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" or "KIB" => 1L << 10,
            "M" or "MB" or "MIB" => 1L << 20,
            "G" or "GB" or "GIB" => 1L << 30,
            "T" or "TB" or "TIB" => 1L << 40,
            _ => null,
        };
        return factor is not null
            && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * factor >= 1 && value * factor <= BytesMax
                ? (long)(value * factor.Value) : null;
    }
}
