using System.Text;

namespace Holdfast.Protection.Freeze;

/// <summary>The pipe between node and guard: short UTF-8 lines.</summary>
internal static class GuardLines
{
    public const string Armed = "armed";
    public const string Failed = "failed ";
    public const string Freezing = "freezing";
    public const string Disarm = "disarm";
    public const string Disarmed = "disarmed";
    public const string DisarmedAfterThaw = "disarmed thawed";

    private const int LineBytesMax = 16 * 1024;

    /// <summary>Reads a line; null at the pipe's end, and where the line has no end.</summary>
    public static async Task<string?> ReadAsync(Stream stream, CancellationToken ct)
    {
        var line = new MemoryStream();
        var one = new byte[1];
        try
        {
            while (await stream.ReadAsync(one, ct) == 1)
            {
                if (one[0] == (byte)'\n')
                    return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
                if (line.Length >= LineBytesMax)
                    return null;
                line.WriteByte(one[0]);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
        return null;
    }

    /// <summary>Writes a line. False: the other side is gone.</summary>
    public static async Task<bool> WriteAsync(Stream stream, string line, CancellationToken ct)
    {
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), ct);
            await stream.FlushAsync(ct);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
