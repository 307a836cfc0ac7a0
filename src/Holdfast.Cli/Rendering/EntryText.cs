using System.Globalization;
using System.Text;
using Holdfast.Faults;

namespace Holdfast.Cli.Rendering;

/// <summary>A catalogue entry as plain text, its parameters in braces.</summary>
internal static class EntryText
{
    public static string Write(FaultEntry entry, FaultLanguage language)
    {
        var labels = FaultLabels.Of(language);
        var template = entry.Templates[language];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{labels.Of(entry.Severity)} [{entry.Code}] {entry.Number}{labels.Colon}{(labels.Colon == ":" ? " " : "")}{template.Message}\n");
        Line(text, labels.Symptom, entry.Guide?.Symptom[language], labels);
        Line(text, labels.Cause, template.Cause, labels);
        text.Append("  ").Append(labels.Actions).Append(labels.Colon).Append('\n');
        for (var i = 0; i < template.Actions.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {i + 1}. {template.Actions[i]}\n");
        }

        Line(text, labels.InAzure, entry.Guide?.Azure.GetValueOrDefault(language), labels);
        Line(text, labels.Detection, entry.Guide?.Detection[language], labels);
        Line(text, labels.Conditions, string.Join(", ", entry.Conditions), labels);
        Line(text, labels.AzureCodes, string.Join(", ", entry.Guide?.AzureCodes ?? []), labels);
        return text.ToString().TrimEnd('\n');
    }

    private static void Line(StringBuilder text, string label, string? value, FaultLabels labels)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append("  ").Append(label).Append(labels.Colon).Append(labels.Colon == ":" ? " " : "").Append(value).Append('\n');
        }
    }
}
