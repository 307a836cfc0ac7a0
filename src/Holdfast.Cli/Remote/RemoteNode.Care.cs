using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api.Native;
using Holdfast.Cli.Engine;
using Holdfast.Faults;
using Holdfast.Protection.Health;

namespace Holdfast.Cli.Remote;

/// <summary>Examinations that run on the node.</summary>
internal sealed partial class RemoteNode
{
    private static readonly FaultCode NoSuchVm = BackupFaults.VmNotFound("", "").Code;
    private static readonly FaultCode NoSuchHost = NodeFaults.HostNotFound("").Code;

    public async Task<HealthReport> ExamineAsync(ServedExamination asked, CancellationToken ct)
    {
        var terms = new (string Name, string? Value)[]
        {
            ("vm", asked.Vm), ("host", asked.Host), ("vms", asked.IncludesVms ? null : "false"), ("programs", asked.AllowsPrograms ? null : "false"), ("agentMinimum", asked.AgentMinimum),
        };
        var query = string.Join('&', terms.Where(t => t.Value is not null).Select(t => $"{t.Name}={Uri.EscapeDataString(t.Value!)}"));
        var reports = new List<HealthReport>();
        FaultException? missing = null;
        foreach (var subscription in await SubscriptionsAsync(ct))
        {
            try
            {
                var answer = await connection.GetAsync(
                    $"/subscriptions/{Uri.EscapeDataString(subscription)}/providers/Holdfast.Operations/examination?{query}", native: true, ct, NodeConnection.NoLimit);
                reports.Add(PropertiesOf(answer, NativeJson.Default.NativeHealth).ToReport());
            }
            catch (FaultException e) when (e.Fault.Code == NoSuchVm || e.Fault.Code == NoSuchHost)
            {
                // It may be another subscription's.
                missing = e;
            }
        }

        return reports.Count > 0 ? new HealthReport([.. reports.SelectMany(r => r.Results)], reports.Max(r => r.Duration)) { Endpoints = [.. reports.SelectMany(r => r.Endpoints)] }
            : throw missing ?? BackupFaults.VmNotFound(asked.Vm ?? "*", connection.Endpoint.Name).ToException();
    }

    private T PropertiesOf<T>(JsonObject answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return answer["properties"]?.Deserialize(type) ?? throw connection.Unreadable();
        }
        catch (JsonException)
        {
            throw connection.Unreadable();
        }
    }
}
