namespace Holdfast.Vault;

/// <summary>Reading the body of a reply.</summary>
public static class ResponseReading
{
    private const int PacedBytes = 64 << 10;

    /// <summary>Fills the target from a stream, as far as it goes, at a limited rate if there is a limit.</summary>
    /// <returns>The bytes read.</returns>
    public static async ValueTask<int> ReadToAsync(this Stream body, Memory<byte> target, TokenBucket? limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(body);
        var done = 0;
        while (done < target.Length)
        {
            var rest = target[done..];
            var read = await body.ReadAsync(limit is null ? rest : rest[..Math.Min(rest.Length, PacedBytes)], ct);
            if (read == 0)
            {
                break;
            }

            done += read;
            if (limit is not null)
            {
                await limit.TakeAsync(read, ct);
            }
        }

        return done;
    }
}
