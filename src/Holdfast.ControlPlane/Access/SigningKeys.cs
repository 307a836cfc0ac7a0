using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// The keys that sign tokens. They lie in the database, sealed under the <see cref="NodeKey"/>, so that every node validates every other's tokens.
/// The youngest signs; each is replaced after a month, and forgotten when no token that it signed can be valid any more.
/// </summary>
public sealed partial class SigningKeys(
    IDbContextFactory<ControlPlaneContext> database, NodeKeyFile keyFile, TimeProvider time, ILogger<SigningKeys> log) : IDisposable
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan SignsFor = TimeSpan.FromDays(30);

    /// <summary>How long it is kept after that; longer than any token is valid.</summary>
    public static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(2);

    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(30);

    // A token that names an unknown key makes the keys be read again, but not more often than this.
    private static readonly TimeSpan ReadAgainAtMost = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _reading = new(1);
    private ImmutableArray<SigningKey> _keys = [];
    private DateTimeOffset _readUtc = DateTimeOffset.MinValue;

    /// <summary>Makes sure, when a node starts, that there is a key file, and that the database's keys are sealed under it.</summary>
    /// <exception cref="FaultException">The file is missing while the database holds keys, or isn't theirs.</exception>
    public async Task PrepareAsync(CancellationToken ct)
    {
        if (!keyFile.Exists)
        {
            var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                if (await db.SigningKeys.AnyAsync(ct).ConfigureAwait(false))
                    throw AccessFaults.NodeKeyMissing(keyFile.Path).ToException();
            }
        }

        keyFile.Ensure();
        await CurrentAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The key to sign with.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken ct)
    {
        var keys = await KeysAsync(ReadAgainAfter, ct).ConfigureAwait(false);
        return Signing(keys) ?? await MakeAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The key of an id that a token names; null where there is none.</summary>
    public async ValueTask<SigningKey?> FindAsync(string keyId, CancellationToken ct)
    {
        var known = (await KeysAsync(ReadAgainAfter, ct).ConfigureAwait(false)).FirstOrDefault(k => k.KeyId == keyId);
        return known ?? (await KeysAsync(ReadAgainAtMost, ct).ConfigureAwait(false)).FirstOrDefault(k => k.KeyId == keyId);
    }

    /// <summary>All keys that tokens may still be signed with.</summary>
    public async ValueTask<IReadOnlyList<SigningKey>> AllAsync(CancellationToken ct) => await KeysAsync(ReadAgainAfter, ct).ConfigureAwait(false);

    /// <summary>Forgets every key: each token that was ever issued is refused from then on.</summary>
    public async Task ResetAsync(CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
            await db.SigningKeys.ExecuteDeleteAsync(ct).ConfigureAwait(false);
        keyFile.CreateAnew();
        _readUtc = DateTimeOffset.MinValue;
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private SigningKey? Signing(ImmutableArray<SigningKey> keys) =>
        keys.FirstOrDefault(k => time.GetUtcNow() - k.CreatedUtc < SignsFor);

    private async ValueTask<ImmutableArray<SigningKey>> KeysAsync(TimeSpan notOlderThan, CancellationToken ct)
    {
        if (time.GetUtcNow() - _readUtc < notOlderThan)
            return _keys;
        await _reading.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (time.GetUtcNow() - _readUtc >= notOlderThan)
                await ReadAsync(ct).ConfigureAwait(false);
            return _keys;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        List<SigningKeyRow> rows;
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
            rows = await db.SigningKeys.AsNoTracking().OrderByDescending(k => k.CreatedUtc).ToListAsync(ct).ConfigureAwait(false);

        var now = time.GetUtcNow();
        var known = _keys.ToDictionary(k => k.KeyId, StringComparer.Ordinal);
        _keys = [.. rows.Where(r => now - r.CreatedUtc < SignsFor + KeptAfterwards).Select(r => known.GetValueOrDefault(r.KeyId) ?? Open(r))];
        _readUtc = now;
    }

    private async Task<SigningKey> MakeAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..32];
        var pkcs8 = key.ExportPkcs8PrivateKey();
        var row = new SigningKeyRow { KeyId = keyId, SealedKey = keyFile.Key.Seal(pkcs8, keyId), CreatedUtc = now };
        CryptographicOperations.ZeroMemory(pkcs8);

        var oldest = now - SignsFor - KeptAfterwards;
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            await db.SigningKeys.Where(k => k.CreatedUtc < oldest).ExecuteDeleteAsync(ct).ConfigureAwait(false);
            db.SigningKeys.Add(row);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
        }

        LogMade(keyId);

        // Two nodes may do this at the same time: both keys are then valid, and the younger signs.
        var keys = await KeysAsync(TimeSpan.Zero, ct).ConfigureAwait(false);
        return Signing(keys) ?? throw new InvalidOperationException("The key that was just made isn't there.");
    }

    private SigningKey Open(SigningKeyRow row)
    {
        try
        {
            var pkcs8 = keyFile.Key.Open(row.SealedKey, row.KeyId);
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            CryptographicOperations.ZeroMemory(pkcs8);
            return new SigningKey(row.KeyId, key, row.CreatedUtc);
        }
        catch (CryptographicException e)
        {
            throw AccessFaults.NodeKeyUnusable(keyFile.Path, "the database's keys were sealed under another one").ToException(e);
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "A new key signs tokens from now on: {KeyId}")]
    private partial void LogMade(string keyId);
}
