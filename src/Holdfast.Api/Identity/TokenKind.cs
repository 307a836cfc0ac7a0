namespace Holdfast.Api.Identity;

/// <summary>What a token is for. It stands in the signed header, so that none can pass for another.</summary>
internal static class TokenKind
{
    /// <summary>Access to the API (RFC 9068).</summary>
    public const string Access = "at+jwt";

    /// <summary>Gets further access tokens.</summary>
    public const string Refresh = "rt+jwt";

    /// <summary>Tells a client who has logged in; gives access to nothing.</summary>
    public const string Id = "JWT";
}
