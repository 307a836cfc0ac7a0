using System.Globalization;

namespace Holdfast.Benchmarks;

/// <summary>Writes what differs between two raw images through an NBD server, in pages of 4 KiB, as a guest would.</summary>
internal static class ImageDifference
{
    private const int PageBytes = 4096;
    private const int BlockBytes = 1 << 20;

    public static async Task<int> ApplyAsync(string before, string after, string socket, string export)
    {
        await using var client = await NbdClient.ConnectAsync(NbdEndpoint.Unix(socket), export);
        using var old = File.OpenHandle(before);
        using var young = File.OpenHandle(after);
        var a = new byte[BlockBytes];
        var b = new byte[BlockBytes];
        var written = 0L;
        for (var offset = 0L; offset < client.SizeBytes; offset += BlockBytes)
        {
            var length = RandomAccess.Read(young, b, offset);
            _ = RandomAccess.Read(old, a, offset);
            if (length <= 0 || a.AsSpan(0, length).SequenceEqual(b.AsSpan(0, length)))
                continue;
            for (var at = 0; at < length; at += PageBytes)
            {
                var page = Math.Min(PageBytes, length - at);
                if (a.AsSpan(at, page).SequenceEqual(b.AsSpan(at, page)))
                    continue;
                await client.WriteAsync(offset + at, b.AsMemory(at, page));
                written += page;
            }
        }
        await client.FlushAsync();
        Console.WriteLine(written.ToString(CultureInfo.InvariantCulture));
        return 0;
    }
}
