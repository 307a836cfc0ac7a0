using System.Net.Http.Headers;
using System.Text;

namespace Holdfast.Api.Identity;

/// <summary>What a client sent to the token endpoint (RFC 6749). Scopes aren't looked at: every token is for this service and nothing else.</summary>
internal sealed record TokenRequest(string GrantType, string? ClientId, string? ClientSecret, string? UserName, string? Password, string? RefreshToken)
{
    /// <summary>Reads the form; a client may also name itself in a Basic header. Null for what is no such form.</summary>
    public static async Task<TokenRequest?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasFormContentType)
            return null;
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }

        // A field that is sent twice is a mistake or a trick (RFC 6749, 3.2).
        if (form.Any(f => f.Value.Count > 1))
            return null;
        string? Field(string name) => form.TryGetValue(name, out var value) ? value.ToString() : null;
        var (basicId, basicSecret) = Basic(request);
        return new TokenRequest(
            Field("grant_type") ?? "", Field("client_id") ?? basicId, Field("client_secret") ?? basicSecret,
            Field("username"), Field("password"), Field("refresh_token"));
    }

    private static (string? Id, string? Secret) Basic(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase) || header.Parameter is null)
            return default;
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter)).Split(':', 2);
            return parts.Length == 2 ? (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1])) : default;
        }
        catch (FormatException)
        {
            return default;
        }
    }

    /// <summary>Without secrets.</summary>
    public override string ToString() => $"{GrantType} by {ClientId ?? UserName}";
}
