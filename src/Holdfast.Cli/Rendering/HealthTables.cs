using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.Localization;
using Holdfast.Faults;
using Holdfast.Protection.Health;

namespace Holdfast.Cli.Rendering;

/// <summary>Shows an examination to people.</summary>
internal static class HealthTables
{
    private const int NamesMax = 8;

    public static void Write(Reporter report, HealthReport health, bool byFault)
    {
        if (byFault)
            WriteGroups(report, health);
        else
            WriteChecks(report, health);
        WriteEndpoints(report, health);
        foreach (var group in health.ByFault())
        {
            report.Line();
            report.Line(FaultCatalogue.Shared.Render(group.Example, report.Language).ToPlainText().TrimEnd('\n'));
        }

        report.Line();
        report.Line(string.Join(", ", health.Results.GroupBy(r => r.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Words(report, g.Key)}"))
            + CliWords.In(report.Language, " in ") + Figures.Duration(health.Duration));
    }

    // What belongs to which endpoint is told where there are several.
    private static void WriteChecks(Reporter report, HealthReport health)
    {
        var which = health.Endpoints.Count > 1;
        report.Table([.. which ? (string[])["which"] : [], "area", "check", "outcome", "found"], health.Results.Select(r => (IReadOnlyList<string>)
            [.. which ? (string[])[r.Subject.Name] : [], Words(report, r.Area), r.Check, Words(report, r.Outcome), CliWords.Sentence(report.Language, r.Found)]));
    }

    private static void WriteEndpoints(Reporter report, HealthReport health)
    {
        if (health.Endpoints.Count == 0)
            return;
        report.Line();
        report.Table(["to allow", "host", "port", "protocol", "through"], health.Endpoints.Select(e => (IReadOnlyList<string>)
        [
            CliWords.In(report.Language, e.Endpoint.Purpose), e.Endpoint.Host, e.Endpoint.Port.ToString(CultureInfo.InvariantCulture), e.Endpoint.Name.Split(':')[0], e.Proxy ?? "-",
        ]));
    }

    private static void WriteGroups(Reporter report, HealthReport health)
    {
        var groups = health.ByFault();
        if (groups.Count == 0)
            return;
        report.Table(["concerns", "condition", "outcome", "fault", "which"], groups.Select(g => (IReadOnlyList<string>)
        [
            Counted(report, g.Subjects), string.Join(' ', FaultCatalogue.Shared.Find(g.Example.Code)?.Conditions ?? []), Words(report, g.Outcome), g.Example.Code.Value,
            string.Join(' ', g.Subjects.Take(NamesMax).Select(s => s.Name)) + (g.Subjects.Count > NamesMax ? " ..." : ""),
        ]));
    }

    private static string Counted(Reporter report, IReadOnlyList<HealthSubject> subjects) => string.Join(", ", subjects.GroupBy(s => s.Kind)
        .Select(g => $"{g.Count()} {CliWords.In(report.Language, g.Count() == 1 ? One(g.Key) : Several(g.Key))}"));

    private static string One(string kind) => kind == "vm" ? "VM" : kind;

    private static string Several(string kind) => kind switch { "vm" => "VMs", "policy" => "policies", _ => kind + "s" };

    private static string Words<T>(Reporter report, T value) where T : struct, Enum =>
        CliWords.In(report.Language, JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));
}
