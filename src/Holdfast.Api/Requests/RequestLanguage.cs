using System.Globalization;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Requests;

/// <summary>The language that a caller is answered in: what Accept-Language asks for, else that of the vault that the request is about, else English.</summary>
public static class RequestLanguage
{
    /// <summary>The best of the languages that texts exist in.</summary>
    public static FaultLanguage Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Asked(request) ?? request.HttpContext.Features.Get<VaultRow>()?.Language ?? FaultLanguage.English;
    }

    // The first in the order of their weights that a text exists in; null where the header says nothing usable.
    private static FaultLanguage? Asked(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var asked))
            return null;
        foreach (var language in asked.Where(a => a.Quality is not 0).OrderByDescending(a => a.Quality ?? 1))
        {
            var tag = language.Value.ToString().ToUpper(CultureInfo.InvariantCulture);
            if (tag == "*")
                return null;
            if (tag == "EN" || tag.StartsWith("EN-", StringComparison.Ordinal))
                return FaultLanguage.English;
            if (FaultLanguages.Best(tag) is var best and not FaultLanguage.English)
                return best;
        }

        return null;
    }
}
