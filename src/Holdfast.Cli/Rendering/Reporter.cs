using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Faults;

namespace Holdfast.Cli.Rendering;

/// <summary>Writes what a command has to say: results to standard output, everything else to standard error.</summary>
internal sealed class Reporter(Settings settings, Terminal terminal)
{
    public bool IsJson => settings.Output == OutputFormat.Json;

    public FaultLanguage Language => settings.Language;

    public TimeProvider Time => terminal.Time;

    /// <summary>Writes the command's one JSON document.</summary>
    public void Json<T>(T document, JsonTypeInfo<T> type) => terminal.Out.WriteLine(JsonSerializer.Serialize(document, type));

    /// <summary>Writes a line for people, in their language where its form has a translation.</summary>
    public void Line(string text = "") => terminal.Out.WriteLine(CliWords.Sentence(Language, text));

    /// <summary>
    /// Writes a table for people: headings and cells are plain English text, of which the program's own words are translated. Cells are never broken or
    /// shortened: on a narrow terminal its lines run over the width, so that ids stay what can be copied.
    /// </summary>
    public void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var heads = headings.Select(h => CliWords.In(Language, h).ToUpperInvariant()).ToList();
        var lines = rows.Select(r => r.Select((cell, i) => Visible(CliWords.Cell(Language, headings[i], cell))).ToList()).ToList();
        var widths = heads.Select((h, i) => lines.Select(l => Figures.Cells(l[i])).Append(Figures.Cells(h)).Max()).ToList();
        var bold = settings.Colour && terminal.OutIsTerminal;
        terminal.Out.WriteLine(bold ? $"\u001b[1m{Row(heads)}\u001b[0m" : Row(heads));
        lines.ForEach(l => terminal.Out.WriteLine(Row(l)));

        string Row(List<string> cells) =>
            string.Concat(cells.Select((c, i) => c + new string(' ', widths[i] - Figures.Cells(c) + 2))).TrimEnd();
    }

    /// <summary>Writes names and values, one a line.</summary>
    public void Pairs(IEnumerable<(string Name, string Value)> pairs)
    {
        var all = pairs.Select(p => (Name: CliWords.In(Language, p.Name), Value: CliWords.Cell(Language, p.Name, p.Value))).ToList();
        var width = all.Max(p => Figures.Cells(p.Name));
        all.ForEach(p => terminal.Out.WriteLine(p.Name + ":" + new string(' ', width - Figures.Cells(p.Name) + 1) + Visible(p.Value)));
    }

    /// <summary>Says what is worth knowing, on standard error: infos in a line each, warnings with cause and advice.</summary>
    public void Notices(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            var text = FaultCatalogue.Shared.Render(fault, Language);
            if (text.Severity != FaultSeverity.Info)
            {
                Colour(text.ToPlainText(), text.Severity);
            }
            else if (!settings.Quiet)
            {
                terminal.Error.WriteLine(text.Message);
            }
        }
    }

    /// <summary>Says why the command failed: on standard error, and in JSON also as the document.</summary>
    public void Failure(Fault fault)
    {
        if (IsJson)
        {
            Json(new FailureDocument(FaultDocument.Of(fault, Language)), CliJson.Default.FailureDocument);
        }

        Explain(fault);
    }

    /// <summary>Writes a fault with message, cause and actions to standard error.</summary>
    public void Explain(Fault fault)
    {
        var text = FaultCatalogue.Shared.Render(fault, Language);
        Colour(text.ToPlainText(), text.Severity);
    }

    // Names come from guests and files: what a terminal would obey isn't written.
    private static string Visible(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c));

    private void Colour(string text, FaultSeverity severity)
    {
        if (!settings.Colour || !terminal.ErrorIsTerminal || severity == FaultSeverity.Info)
        {
            terminal.Error.Write(text);
            return;
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var colour = severity == FaultSeverity.Error ? "\u001b[31m" : "\u001b[33m";
        terminal.Error.Write(colour + text[..end] + "\u001b[0m" + text[end..]);
    }
}
