using System.Collections.Concurrent;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// Who the holder of a valid token is now. Rights and revocation are read from the database and believed for <see cref="BelievedFor"/>, so
/// that a change counts on every node within that time, whatever the token's own validity.
/// </summary>
public sealed class Principals(Credentials credentials, TimeProvider time)
{
    /// <summary>How old what is known of a credential may be.</summary>
    public static readonly TimeSpan BelievedFor = TimeSpan.FromSeconds(20);

    // Beyond so many, what is known is forgotten: only holders of signed tokens get this far, so it is a bound and no more.
    private const int KnownMax = 10_000;

    private readonly ConcurrentDictionary<Guid, Known> _known = new();

    /// <summary>The principal of a token; null where the credential has ended, or the token is of an earlier secret.</summary>
    /// <param name="appId">The credential that the token names.</param>
    /// <param name="generation">The generation of the secret that the token was got with.</param>
    /// <param name="ct">Cancels.</param>
    public async ValueTask<Principal?> FindAsync(Guid appId, int generation, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!_known.TryGetValue(appId, out var known) || now - known.ReadUtc >= BelievedFor)
        {
            var read = await credentials.ReadAsync(appId, ct).ConfigureAwait(false);
            known = new Known(read?.Principal, read?.Generation ?? 0, read?.ExpiresUtc, now);
            if (_known.Count >= KnownMax)
                _known.Clear();
            _known[appId] = known;
        }

        return known.Generation == generation && !(known.ExpiresUtc <= now) ? known.Principal : null;
    }

    private sealed record Known(Principal? Principal, int Generation, DateTimeOffset? ExpiresUtc, DateTimeOffset ReadUtc);
}
