using System.Text.Json;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.Cli.Documents;

/// <summary>An examination in JSON.</summary>
internal sealed record HealthDocument(
    string Worst, double Seconds, IReadOnlyList<HealthResultDocument> Results, IReadOnlyList<HealthGroupDocument> ByFault, IReadOnlyList<RemedyDocument> Remedies,
    IReadOnlyList<HealthEndpointDocument> Endpoints)
{
    public static HealthDocument Of(HealthReport report, IReadOnlyList<RemedyDocument> remedies, FaultLanguage language) => new(
        Camel(report.Worst), Math.Round(report.Duration.TotalSeconds, 3),
        [.. report.Results.Select(r => new HealthResultDocument(
            HealthSubjectDocument.Of(r.Subject), Camel(r.Area), r.Check, Camel(r.Outcome), r.Found, r.Fault is null ? null : FaultDocument.Of(r.Fault, language)))],
        [.. report.ByFault().Select(g => new HealthGroupDocument(
            g.Example.Code.Value, FaultCatalogue.Shared.Find(g.Example.Code)?.Conditions ?? [], Camel(g.Outcome), [.. g.Subjects.Select(HealthSubjectDocument.Of)]))],
        remedies, [.. report.Endpoints.Select(e => new HealthEndpointDocument(e.Endpoint.Purpose, e.Endpoint.Name, e.Endpoint.Host, e.Endpoint.Port, e.Proxy))]);

    internal static string Camel<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>An endpoint that this node has to reach: what a firewall has to allow, or the proxy server in its place.</summary>
internal sealed record HealthEndpointDocument(string Purpose, string Name, string Host, int Port, string? Proxy);

/// <summary>What was looked at.</summary>
internal sealed record HealthSubjectDocument(string Kind, string Name, Guid? Id, string? Host)
{
    public static HealthSubjectDocument Of(HealthSubject subject) => new(subject.Kind, subject.Name, subject.Id, subject.Host);
}

/// <summary>What one check said.</summary>
internal sealed record HealthResultDocument(HealthSubjectDocument Subject, string Area, string Check, string Outcome, string Found, FaultDocument? Fault);

/// <summary>One fault, and all that have it.</summary>
internal sealed record HealthGroupDocument(string Code, IReadOnlyList<string> Conditions, string Outcome, IReadOnlyList<HealthSubjectDocument> Subjects);

/// <summary>A remedy, and what came of it: offered, done, refused or failed.</summary>
internal sealed record RemedyDocument(HealthSubjectDocument Subject, string Kind, string Grade, string WillDo, string Outcome, string Detail)
{
    public static RemedyDocument Of(Remedy remedy, string outcome, string detail) => new(
        HealthSubjectDocument.Of(remedy.Subject), HealthDocument.Camel(remedy.Kind), HealthDocument.Camel(remedy.Grade), remedy.WillDo, outcome, detail);
}
