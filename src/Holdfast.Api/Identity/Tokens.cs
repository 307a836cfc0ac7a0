using System.Security.Claims;
using Holdfast.ControlPlane.Access;
using Holdfast.Faults;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Identity;

/// <summary>Signs and validates the tokens of this installation (ES256, keys of <see cref="SigningKeys"/>).</summary>
/// <remarks>
/// A token names a credential and the generation of its secret, and no rights: those are looked up at each request, so that a change
/// counts at once. Issuer and audience are the installation's own, whatever name a client reaches it by.
/// </remarks>
internal sealed class Tokens(SigningKeys keys, Tenant tenant, Principals principals, TimeProvider time)
{
    /// <summary>How long an access token is valid.</summary>
    public static readonly TimeSpan AccessTime = TimeSpan.FromHours(1);

    /// <summary>How long a refresh token is valid.</summary>
    public static readonly TimeSpan RefreshTime = TimeSpan.FromHours(12);

    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int LengthMax = 4096;

    // Nodes' clocks may differ by so much.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    private const string GenerationClaim = "gen";
    private const string TenantClaim = "tid";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Makes an access token.</summary>
    public Task<string> AccessAsync(LoggedIn who, CancellationToken ct) => SignAsync(who, TokenKind.Access, AccessTime, null, ct);

    /// <summary>Makes a refresh token.</summary>
    public Task<string> RefreshAsync(LoggedIn who, CancellationToken ct) => SignAsync(who, TokenKind.Refresh, RefreshTime, null, ct);

    /// <summary>Makes an ID token for a client.</summary>
    public Task<string> IdAsync(LoggedIn who, string clientId, CancellationToken ct) => SignAsync(who, TokenKind.Id, AccessTime, clientId, ct);

    /// <summary>Who an access token speaks for.</summary>
    /// <exception cref="FaultException">It is forged, of another kind, expired or revoked.</exception>
    public async Task<Principal> ReadAccessAsync(string token, CancellationToken ct)
    {
        var (appId, generation) = await ReadAsync(token, TokenKind.Access, ct).ConfigureAwait(false);
        return await principals.FindAsync(appId, generation, ct).ConfigureAwait(false)
            ?? throw AccessFaults.RevokedAuthenticationToken().ToException();
    }

    /// <summary>Who a refresh token was given to.</summary>
    /// <exception cref="FaultException">It is forged, of another kind, expired or revoked.</exception>
    public async Task<LoggedIn> ReadRefreshAsync(string token, CancellationToken ct)
    {
        var (appId, generation) = await ReadAsync(token, TokenKind.Refresh, ct).ConfigureAwait(false);
        var principal = await principals.FindAsync(appId, generation, ct).ConfigureAwait(false)
            ?? throw AccessFaults.RevokedAuthenticationToken().ToException();
        return new LoggedIn(principal.AppId, principal.DisplayName, generation);
    }

    private async Task<string> SignAsync(LoggedIn who, string kind, TimeSpan valid, string? audience, CancellationToken ct)
    {
        var key = await keys.CurrentAsync(ct).ConfigureAwait(false);
        var tenantId = await tenant.IdAsync(ct).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            [TenantClaim] = tenantId.ToString(),
            ["sub"] = who.AppId.ToString(),
            ["oid"] = who.AppId.ToString(),
            ["appid"] = who.AppId.ToString(),
            [GenerationClaim] = who.Generation,
            ["jti"] = Guid.NewGuid().ToString(),
        };
        if (kind == TokenKind.Id)
        {
            claims["name"] = who.DisplayName;
            claims["preferred_username"] = who.DisplayName;
            claims["upn"] = who.DisplayName;
        }

        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name(tenantId),
            Audience = audience ?? Name(tenantId),
            Claims = claims,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + valid).UtcDateTime,
            TokenType = kind,
            SigningCredentials = new SigningCredentials(SecurityKeyOf(key), SecurityAlgorithms.EcdsaSha256),
        });
    }

    private async Task<(Guid AppId, int Generation)> ReadAsync(string token, string kind, CancellationToken ct)
    {
        var read = token.Length <= LengthMax && _handler.CanReadToken(token) ? TryRead(token) : null;
        var key = read?.Kid is { Length: > 0 and <= 64 } keyId ? await keys.FindAsync(keyId, ct).ConfigureAwait(false) : null;
        if (key is null)
            throw AccessFaults.InvalidAuthenticationToken().ToException();

        var name = Name(await tenant.IdAsync(ct).ConfigureAwait(false));
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = name,
            ValidAudience = name,
            ValidTypes = [kind],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = SecurityKeyOf(key),
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = IsCurrent,
        }).ConfigureAwait(false);
        if (result.Exception is SecurityTokenInvalidLifetimeException)
            throw AccessFaults.ExpiredAuthenticationToken().ToException();
        if (!result.IsValid
            || !Guid.TryParse(Claim(result.ClaimsIdentity, "appid"), out var appId)
            || !int.TryParse(Claim(result.ClaimsIdentity, GenerationClaim), out var generation))
            throw AccessFaults.InvalidAuthenticationToken().ToException();
        return (appId, generation);
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return notBefore - ClockSkew <= now && now < expires;
    }

    private JsonWebToken? TryRead(string token)
    {
        try
        {
            return _handler.ReadJsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private static string? Claim(ClaimsIdentity identity, string type) => identity.FindFirst(type)?.Value;

    private static string Name(Guid tenantId) => $"urn:holdfast:{tenantId}";

    // The cache of signature providers would keep keys alive by their id.
    private static ECDsaSecurityKey SecurityKeyOf(SigningKey key) =>
        new(key.Key) { KeyId = key.KeyId, CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
}
