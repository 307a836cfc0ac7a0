using Holdfast.Cli.Engine;
using Holdfast.Faults;

namespace Holdfast.Cli.Documents;

/// <summary>A node's vaults in JSON.</summary>
internal sealed record ServedVaultsDocument(IReadOnlyList<ServedVaultDocument> Vaults);

/// <summary>A node's vault in JSON.</summary>
internal sealed record ServedVaultDocument(string Name, Guid Uuid, string Location, string SoftDelete, string Id)
{
    public static ServedVaultDocument Of(ServedVault v) => new(v.Name, v.VaultId, v.Location, v.SoftDelete, v.Id);
}

/// <summary>Jobs in JSON.</summary>
internal sealed record JobsDocument(IReadOnlyList<JobDocument> Jobs);

/// <summary>A job in JSON. Operation and status are Azure's words.</summary>
internal sealed record JobDocument(
    string Id, string Vault, string Vm, string Operation, string Status, bool Queued, double Percent, DateTimeOffset Started, DateTimeOffset? Ended, string? Node,
    long StoredBytes, IReadOnlyList<JobTaskDocument> Tasks, IReadOnlyDictionary<string, string> Properties, IReadOnlyList<FaultDocument> Warnings, FaultDocument? Fault)
{
    public static JobDocument Of(ServedJob j, FaultLanguage language) => new(
        j.Id, j.Facts.Vault, j.Facts.Vm, j.Facts.Operation.ToString(), j.Facts.Status.ToString(), j.Facts.Phase == ControlPlane.Jobs.JobPhase.Queued,
        Math.Round(j.Facts.Percent, 1), j.Facts.StartUtc, j.Facts.EndUtc, j.Facts.Node, j.Facts.StoredBytes,
        [.. j.Facts.Tasks.Select(t => new JobTaskDocument(t.Id, t.Status.ToString(), t.DoneBytes, t.TotalBytes))], j.Facts.Properties,
        FaultDocument.Of(j.Facts.Warnings.Select(w => w.ToFault()), language), j.Facts.Error is { } error ? FaultDocument.Of(error.ToFault(), language) : null);
}

/// <summary>A step of a job in JSON.</summary>
internal sealed record JobTaskDocument(string Name, string Status, long DoneBytes, long TotalBytes);
