using System.Text;

namespace Holdfast.Benchmarks;

/// <summary>Data that compress about as a VM's do (2.3 : 1): half text-like, a quarter records, a quarter random. Always the same.</summary>
internal static class SampleData
{
    private static readonly string[] Words = ["GET", "POST", "/api/v1/orders", "/index.html", "200", "404", "INFO", "WARN", "session", "timeout", "db", "Mozilla/5.0"];

    public static byte[] Create(int bytes)
    {
        var random = new Random(42);
        var data = new byte[bytes];
        const int pieceBytes = 16 * 1024;
        for (var at = 0; at < bytes; at += pieceBytes)
        {
            var piece = data.AsSpan(at, Math.Min(pieceBytes, bytes - at));
            switch (at / pieceBytes % 4)
            {
                case 0 or 1:
                    Text(piece, random);
                    break;
                case 2:
                    for (var i = 0; i + 16 <= piece.Length; i += 64)
                        random.NextBytes(piece.Slice(i, 16));
                    break;
                default:
                    random.NextBytes(piece);
                    break;
            }
        }
        return data;
    }

    private static void Text(Span<byte> piece, Random random)
    {
        var line = new StringBuilder();
        while (line.Length < piece.Length)
            line.Append(random.Next()).Append(' ').Append(Words[random.Next(Words.Length)]).Append(' ').Append(Words[random.Next(Words.Length)]).Append('\n');
        Encoding.ASCII.GetBytes(line.ToString(0, piece.Length), piece);
    }
}
