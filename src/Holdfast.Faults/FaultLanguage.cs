namespace Holdfast.Faults;

/// <summary>A language that every catalogue entry is written in.</summary>
public enum FaultLanguage
{
    /// <summary>English (<c>en</c>).</summary>
    English,

    /// <summary>Traditional Chinese as written in Taiwan (<c>zh-TW</c>).</summary>
    TraditionalChinese,
}
