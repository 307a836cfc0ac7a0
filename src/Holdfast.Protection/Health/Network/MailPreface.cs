using System.Text;

namespace Holdfast.Protection.Health.Network;

/// <summary>What both sides of a mail connection say before TLS (RFC 3207).</summary>
internal static class MailPreface
{
    private const int LineBytesMax = 2048;
    private const int LinesMax = 64;

    /// <summary>Agrees on TLS; gives what the server said where it doesn't agree.</summary>
    public static async Task<string?> AgreeAsync(Stream stream, CancellationToken ct)
    {
        if (await AnswerAsync(stream, ct).ConfigureAwait(false) is var greeting && !greeting.StartsWith("220", StringComparison.Ordinal))
            return greeting;
        await stream.WriteAsync("EHLO holdfast.invalid\r\n"u8.ToArray(), ct).ConfigureAwait(false);
        if (await AnswerAsync(stream, ct).ConfigureAwait(false) is var hello && !hello.StartsWith("250", StringComparison.Ordinal))
            return hello;
        await stream.WriteAsync("STARTTLS\r\n"u8.ToArray(), ct).ConfigureAwait(false);
        return await AnswerAsync(stream, ct).ConfigureAwait(false) is var agreed && agreed.StartsWith("220", StringComparison.Ordinal) ? null : agreed;
    }

    // The last line of an answer: the one without a dash behind its number.
    private static async Task<string> AnswerAsync(Stream stream, CancellationToken ct)
    {
        for (var lines = 0; lines < LinesMax; lines++)
        {
            var line = await LineAsync(stream, ct).ConfigureAwait(false);
            if (line.Length < 4 || line[3] != '-')
                return line;
        }

        return "it doesn't stop talking";
    }

    private static async Task<string> LineAsync(Stream stream, CancellationToken ct)
    {
        var line = new List<byte>();
        var next = new byte[1];
        while (line.Count < LineBytesMax && await stream.ReadAsync(next, ct).ConfigureAwait(false) == 1 && next[0] != '\n')
            line.Add(next[0]);
        return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
    }
}
