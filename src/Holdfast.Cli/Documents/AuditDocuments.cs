using Holdfast.ControlPlane.Access;

namespace Holdfast.Cli.Documents;

/// <summary>The audit log in JSON, the youngest entry first.</summary>
internal sealed record AuditDocument(IReadOnlyList<AuditEntryDocument> Entries);

/// <summary>An entry of the audit log in JSON.</summary>
internal sealed record AuditEntryDocument(
    long Id, DateTimeOffset Time, string Who, string WhoName, string From, string Action, string Target, AuditOutcome Outcome, string Detail)
{
    public static AuditEntryDocument Of(AuditRow a) => new(a.AuditId, a.WhenUtc, a.Who, a.WhoName, a.From, a.Action, a.Target, a.Outcome, a.Detail);
}
