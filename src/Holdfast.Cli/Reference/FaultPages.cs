using System.Globalization;
using System.Text;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;

namespace Holdfast.Cli.Reference;

/// <summary>docs/faults, written from the catalogue: a page for each fault and an index by symptom, in each language.</summary>
internal static class FaultPages
{
    private const string Mark = "<!-- Written by `holdfast reference faults`; a test keeps it in step with the catalogue. -->";

    /// <summary>The pages by their path below docs/faults.</summary>
    public static IEnumerable<(string Path, string Text)> Write() =>
        Enum.GetValues<FaultLanguage>().SelectMany(l => FaultCatalogue.Shared.Entries.Select(e => ($"{l.Tag()}/{e.Code}.md", Page(e, l))).Append(($"{l.Tag()}/README.md", Index(l))));

    private static string Page(FaultEntry entry, FaultLanguage language)
    {
        var labels = FaultLabels.Of(language);
        var template = entry.Templates[language];
        var other = language == FaultLanguage.English ? FaultLanguage.TraditionalChinese : FaultLanguage.English;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {entry.Code}\n\n{Mark}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"[{NameOf(other)}](../{other.Tag()}/{entry.Code}.md) · [{TitleOf(language)}](README.md)\n\n");
        text.Append(CultureInfo.InvariantCulture, $"> {Escaped(template.Message)}\n\n| | |\n|---|---|\n");
        Row(text, labels.Number, entry.Number.ToString(CultureInfo.InvariantCulture));
        Row(text, labels.Severity, labels.Of(entry.Severity));
        Row(text, labels.Retry, labels.Of(entry.Retry));
        Row(text, labels.Conditions, string.Join(", ", entry.Conditions));
        Row(text, labels.AzureCodes, string.Join(", ", (entry.Guide?.AzureCodes ?? []).Select(c => $"`{c}`")));
        Section(text, labels.Symptom, entry.Guide?.Symptom[language]);
        Section(text, labels.Cause, template.Cause);
        text.Append(CultureInfo.InvariantCulture, $"\n## {labels.Actions}\n\n");
        for (var i = 0; i < template.Actions.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i + 1}. {Escaped(template.Actions[i])}\n");
        }

        Section(text, labels.InAzure, entry.Guide?.Azure.GetValueOrDefault(language));
        Section(text, labels.Detection, entry.Guide?.Detection[language]);
        return text.ToString();
    }

    private static string Index(FaultLanguage language)
    {
        var labels = FaultLabels.Of(language);
        var other = language == FaultLanguage.English ? FaultLanguage.TraditionalChinese : FaultLanguage.English;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {TitleOf(language)}\n\n{Mark}\n\n[{NameOf(other)}](../{other.Tag()}/README.md)\n\n{IntroductionOf(language)}\n");
        foreach (var area in FaultCatalogue.Shared.Entries.Where(e => e.Guide is not null).GroupBy(e => e.Area))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {area.Key}\n\n| {labels.Symptom} | {labels.Code} | {labels.Conditions} |\n|---|---|---|\n");
            foreach (var entry in area)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Escaped(entry.Guide!.Symptom[language])} | [{entry.Code}]({entry.Code}.md) | {string.Join(", ", entry.Conditions)} |\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\n## {AllOf(language)}\n\n| {labels.Number} | {labels.Code} | {labels.Message} |\n|---|---|---|\n");
        foreach (var entry in FaultCatalogue.Shared.Entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {entry.Number} | [{entry.Code}]({entry.Code}.md) | {Escaped(entry.Templates[language].Message)} |\n");
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string label, string value)
    {
        if (value.Length > 0)
        {
            text.Append("| ").Append(label).Append(" | ").Append(value).Append(" |\n");
        }
    }

    private static void Section(StringBuilder text, string heading, string? body)
    {
        if (body is not null)
        {
            text.Append("\n## ").Append(heading).Append("\n\n").Append(Escaped(body)).Append('\n');
        }
    }

    // Parameters and XML would be taken for HTML or emphasis.
    private static string Escaped(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static string NameOf(FaultLanguage language) => language == FaultLanguage.English ? "English" : "繁體中文";

    private static string TitleOf(FaultLanguage language) => language == FaultLanguage.English ? "Faults" : "錯誤一覽";

    private static string AllOf(FaultLanguage language) => language == FaultLanguage.English ? "All faults" : "所有錯誤";

    private static string IntroductionOf(FaultLanguage language) => language == FaultLanguage.English
        ? "By symptom, for each area. `holdfast explain \"...\"` finds the page that fits an error text; words in braces stand for names and values.\n"
          + "Conditions are the rows of the troubleshooting guide for VM backups; [coverage](../coverage.md) says how each is detected and shown."
        : "依領域列出徵兆。執行 `holdfast explain \"...\"` 可找出符合錯誤訊息的頁面；大括號中的字代表名稱與數值。\n"
          + "「狀況」是 VM 備份疑難排解指南中的項目；[涵蓋範圍](../coverage.md)說明各狀況如何偵測與驗證。";
}
