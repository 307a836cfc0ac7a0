using System.Text.Json.Nodes;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>What a channel sends.</summary>
/// <param name="Id">The alert's or digest's id: receivers tell repeated messages by it.</param>
/// <param name="State">raised, resolved or digest.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The whole text.</param>
/// <param name="Json">The same for programs.</param>
public sealed record AlertMessage(string Id, string State, string Subject, string Text, JsonObject Json)
{
    /// <summary>Tells of an alert, or that it is over.</summary>
    public static AlertMessage Of(AlertRow alert, string? vault, bool ended, FaultLanguage language)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var text = FaultCatalogue.Shared.Render(alert.Fault, language);
        var chinese = language == FaultLanguage.TraditionalChinese;
        var state = ended ? "resolved" : "raised";
        var label = ended ? (chinese ? "已解決：" : "Resolved: ") : "";
        var json = new JsonObject
        {
            ["id"] = alert.AlertId.ToString(),
            ["state"] = state,
            ["kind"] = alert.Kind.ToString(),
            ["vault"] = vault,
            ["code"] = alert.Fault.Code.Value,
            ["severity"] = text.Severity.ToString(),
            ["message"] = text.Message,
            ["cause"] = text.Cause,
            ["actions"] = new JsonArray([.. text.Actions.Select(a => (JsonNode)a)]),
            ["raised"] = alert.RaisedUtc.ToString("O"),
            ["resolved"] = alert.ResolvedUtc?.ToString("O"),
        };
        return new AlertMessage(alert.AlertId.ToString(), state, $"[Holdfast] {label}{OneLine(text.Message)}", label + text.ToPlainText(), json);
    }

    internal static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
