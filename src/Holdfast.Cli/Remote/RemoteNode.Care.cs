using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api.Native;
using Holdfast.Cli.Engine;
using Holdfast.Faults;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.Cli.Remote;

/// <summary>Examinations, remedies and agents, by the node.</summary>
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

    public async Task<string> ApplyAsync(Remedy remedy, CancellationToken ct)
    {
        var properties = new JsonObject
        {
            ["code"] = remedy.Fault.Code.Value, ["parameters"] = new JsonObject(remedy.Fault.Parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        };
        if (remedy.Grade is RemedyGrade.Disruptive)
            properties["allowDisruption"] = true;
        var path = await MachineAsync(remedy.Subject.Id?.ToString("D") ?? remedy.Subject.Name, ct);
        return (await ChangeAsync($"{path}/remedies/{remedy.Kind}", new JsonObject { ["properties"] = properties }, ct)).Done;
    }

    public async Task<AgentStatus> ReadAgentAsync(string vm, CancellationToken ct) =>
        PropertiesOf(await connection.GetAsync(await MachineAsync(vm, ct) + "/agent", native: true, ct), NativeJson.Default.AgentStatus);

    public async Task<(string Vm, Guid Uuid, string Done)> AttachChannelAsync(string vm, CancellationToken ct)
    {
        var change = await ChangeAsync(await MachineAsync(vm, ct) + "/attachAgentChannel", null, ct);
        return (change.Vm, change.VmId, change.Done);
    }

    public async Task<(string Vm, Guid Uuid, AgentUpdateResult Result)> UpdateAgentAsync(string vm, CancellationToken ct)
    {
        var change = await ChangeAsync(await MachineAsync(vm, ct) + "/updateAgent", null, ct);
        return (change.Vm, change.VmId, (change.Update ?? throw connection.Unreadable()).ToResult());
    }

    private async Task<NativeChange> ChangeAsync(string path, JsonObject? body, CancellationToken ct) =>
        PropertiesOf(await connection.ChangeAsync(path, body, ct), NativeJson.Default.NativeChange);

    // The path of a VM by its name, else by its UUID.
    private async Task<string> MachineAsync(string vm, CancellationToken ct)
    {
        var all = await ListResourcesAsync("Microsoft.Compute/virtualMachines", native: false, ct);
        var found = all.Where(m => TextOf(m["name"]) == vm).ToList();
        if (found.Count == 0)
            found = [.. all.Where(m => TextOf(m["properties"]?["vmId"]).Equals(vm, StringComparison.OrdinalIgnoreCase))];
        return found switch
        {
            [var machine] => NodeConnection.PathOf(TextOf(machine["id"])),
            [] => throw BackupFaults.VmNotFound(vm, connection.Endpoint.Name).ToException(),
            _ => throw BackupFaults.VmNameAmbiguous(vm, found.Select(m => $"{TextOf(m["properties"]?["vmId"])} ({TextOf(m["id"])})")).ToException(),
        };
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
