using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Faults;

/// <summary>Fills a template's {parameters} with a fault's values. Values are never read as templates themselves.</summary>
internal sealed partial class TemplateWriter(
    FaultEntry entry, Fault fault, FaultLanguage language, Func<string, string, FaultLanguage, string> term)
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A parameter in a template: its name in braces.</summary>
    [GeneratedRegex(@"\{([a-zA-Z]+)\}", RegexOptions.CultureInvariant)]
    internal static partial Regex Placeholder { get; }

    /// <summary>A command of a POSIX shell in an advice, as far as its words go: up to the punctuation that ends it. What stands in quotes already isn't part of it.</summary>
    [GeneratedRegex(@"\b(?:virsh|holdfast|chmod|qemu-img|findmnt|ls) [^,;()""，；。、（）]*", RegexOptions.CultureInvariant)]
    private static partial Regex Command { get; }

    /// <summary>Fills an advice: values in its commands are words that can be pasted.</summary>
    public string WriteAction(string template)
    {
        var commands = Command.Matches(template);
        return Placeholder.Replace(template, m => commands.Any(c => m.Index > c.Index && m.Index < c.Index + c.Length) && IsGiven(m.Groups[1].Value)
            ? ShellWord.Of(Value(m.Groups[1].Value)) : Value(m.Groups[1].Value));
    }

    public string Write(string template) => Placeholder.Replace(template, m => Value(m.Groups[1].Value));

    private bool IsGiven(string name) => fault.Parameters.TryGetValue(name, out var raw) && raw.Length > 0;

    private string Value(string name)
    {
        if (!fault.Parameters.TryGetValue(name, out var raw) || raw.Length == 0)
        {
            return language == FaultLanguage.TraditionalChinese ? "（無）" : "(none)";
        }

        var parameter = entry.Parameters.FirstOrDefault(p => p.Name == name);
        return parameter?.Kind switch
        {
            FaultParameterKind.Bytes when long.TryParse(raw, CultureInfo.InvariantCulture, out var bytes) => Bytes(bytes),
            FaultParameterKind.Seconds => raw + (language == FaultLanguage.TraditionalChinese ? " 秒" : " s"),
            FaultParameterKind.List => Joined(Fault.ItemsOf(raw)),
            FaultParameterKind.TermList => Joined(Fault.ItemsOf(raw).Select(key => term(parameter.TermTable!, key, language))),
            FaultParameterKind.Term => term(parameter.TermTable!, raw, language),
            _ => raw,
        };
    }

    private string Joined(IEnumerable<string> items) => string.Join(language == FaultLanguage.TraditionalChinese ? "、" : ", ", items);

    private static string Bytes(long bytes)
    {
        double size = bytes;
        var unit = 0;
        while (Math.Abs(size) >= 1024 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }
}
