namespace Holdfast.Faults;

/// <summary>Language tags, and the choice of a language from a tag or from the environment's locale.</summary>
public static class FaultLanguages
{
    /// <summary>The BCP 47 tag: <c>en</c> or <c>zh-TW</c>.</summary>
    public static string Tag(this FaultLanguage language) => language == FaultLanguage.TraditionalChinese ? "zh-TW" : "en";

    /// <summary>
    /// The best language for a tag or locale such as <c>zh-TW</c>, <c>zh_TW.UTF-8</c>, <c>zh-Hant-HK</c> or <c>en_GB</c>; English for anything else.
    /// </summary>
    public static FaultLanguage Best(string? tagOrLocale)
    {
        var parts = (tagOrLocale ?? "").Split('.', '@')[0].Replace('_', '-').ToUpperInvariant().Split('-');
        return parts[0] == "ZH" && parts.Skip(1).Any(p => p is "TW" or "HK" or "MO" or "HANT")
            ? FaultLanguage.TraditionalChinese
            : FaultLanguage.English;
    }
}
