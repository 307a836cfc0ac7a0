namespace Holdfast.Vault;

/// <summary>Reading the URLs of places. None may hold a secret: they are shown and stored.</summary>
public static class PlaceUrl
{
    private static readonly System.Buffers.SearchValues<char> NotInPlaces = System.Buffers.SearchValues.Create("?#@\\% ");

    /// <summary>Splits a URL of a remote store. Plain HTTP is for this machine only.</summary>
    /// <param name="place">The URL.</param>
    /// <param name="form">The form that is expected, for the message.</param>
    /// <param name="plain">Whether it is plain HTTP.</param>
    /// <returns>Host and port, and the parts of the path.</returns>
    /// <exception cref="VaultException">PlaceInvalid.</exception>
    public static (string Authority, string[] Path) Split(string place, string form, bool plain)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (place.AsSpan().ContainsAny(NotInPlaces))
        {
            // Without the place: what is behind the question mark or before the at sign may be a secret.
            throw Invalid(form, "it may hold neither credentials nor a query; credentials come from the environment or a file");
        }

        var rest = place[(place.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (!Uri.TryCreate("https://" + rest, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            throw Invalid(form, "it isn't a URL");
        }

        if (plain && !url.IsLoopback)
        {
            throw Invalid(form, "plain HTTP is for servers on this machine only");
        }

        var parts = rest.TrimEnd('/').Split('/');
        foreach (var part in parts[1..])
        {
            if (part.Length == 0 || part is "." or "..")
            {
                throw Invalid(form, "a part of its path is empty or leads elsewhere");
            }
        }

        return (parts[0], parts[1..]);
    }

    /// <summary>The fault of a place.</summary>
    public static VaultException Invalid(string form, string reason) =>
        new(VaultErrorKind.PlaceInvalid, $"The place of the vault has the form {form}: {reason}.");
}
