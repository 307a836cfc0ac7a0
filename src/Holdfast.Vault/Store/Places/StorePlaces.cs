using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>
/// Opens the store of a place: a folder's path, or a URL that one of the schemes knows; with what belongs around it. Outermost first: limits of a folder's
/// rate, retries, figures, time limits, the store.
/// </summary>
/// <param name="schemes">The kinds of remote stores.</param>
/// <param name="context">What stores are opened with.</param>
public sealed class StorePlaces(IReadOnlyList<IStoreScheme> schemes, StoreContext context)
{
    /// <summary>Folders only.</summary>
    public static StorePlaces FoldersOnly { get; } = new([], new StoreContext());

    /// <summary>Whether a place is a URL, and not a folder.</summary>
    public static bool IsUrl(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place.Contains("://", StringComparison.Ordinal);
    }

    /// <summary>A place in its one form: a folder's full path, or a URL without a slash at its end.</summary>
    public static string Full(string place) => IsUrl(place) ? place.TrimEnd('/') : Path.GetFullPath(place);

    /// <summary>The place of something below a place.</summary>
    public static string Below(string place, string name) => IsUrl(place) ? $"{place.TrimEnd('/')}/{name}" : Path.Combine(place, name);

    /// <summary>The place that a place is below of; null for none.</summary>
    public static string? Above(string place)
    {
        if (!IsUrl(place))
        {
            return Path.GetDirectoryName(Path.GetFullPath(place));
        }

        var path = place.TrimEnd('/');
        var slash = path.LastIndexOf('/');
        return slash > path.IndexOf("://", StringComparison.Ordinal) + 2 ? path[..slash] : null;
    }

    /// <summary>The store itself, without what is around it.</summary>
    public static IObjectStore Innermost(IObjectStore store) => store is IStoreDecorator decorator ? Innermost(decorator.Inner) : store;

    /// <summary>Opens the store of a place. A remote one is asked nothing yet.</summary>
    /// <exception cref="VaultException">PlaceInvalid, NotAuthenticated.</exception>
    public IObjectStore Open(string place)
    {
        if (!IsUrl(place))
        {
            IObjectStore folder = new MeteredStore(new LocalFolderStore(place), "folder", context.Time);
            return context.Limits == TransferLimits.None ? folder : new ThrottledStore(folder, context.Limits);
        }

        var scheme = schemes.FirstOrDefault(s => s.Knows(place))
            ?? throw new VaultException(VaultErrorKind.PlaceInvalid, "A vault is in a folder, or at a URL that begins with s3://, s3+https://, azblob:// or azblob+https://.");
        var timed = new TimedStore(scheme.Open(Full(place), context), context.TimeLimits, context.Limits, context.Time);
        return new RetryingStore(new MeteredStore(timed, scheme.Kind, context.Time), context.Retry, context.Time, Jitter);
    }

    private static double Jitter() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}
