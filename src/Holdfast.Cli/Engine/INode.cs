using Holdfast.Protection.Backup;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.Cli.Engine;

/// <summary>A node's own affairs, which this machine's engine doesn't have: vaults by name, and jobs.</summary>
internal interface INode : IDisposable
{
    Task<IReadOnlyList<ServedVault>> ListVaultsAsync(CancellationToken ct);

    /// <summary>Jobs of all vaults, newest first.</summary>
    Task<IReadOnlyList<ServedJob>> ListJobsAsync(string? operation, string? status, int max, CancellationToken ct);

    /// <exception cref="Holdfast.Faults.FaultException">There is none of this id.</exception>
    Task<ServedJob> FindJobAsync(string id, CancellationToken ct);

    /// <exception cref="Holdfast.Faults.FaultException">It can't be cancelled, or not any more.</exception>
    Task CancelJobAsync(ServedJob job, CancellationToken ct);

    /// <summary>Whose place the protected item of a VM, by the VM's name or former UUID, may take.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">Nothing protects such a VM, or several vaults do.</exception>
    Task<ServedRebinding> FindRebindingAsync(string vm, CancellationToken ct);

    /// <summary>Confirms that another VM is the same machine as that of the item.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">That VM isn't proposed, or a job works on the item.</exception>
    Task RebindAsync(ServedRebinding item, Guid to, CancellationToken ct);

    /// <summary>A protected item by its VM's name or UUID.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">Nothing protects such a VM, or several vaults do.</exception>
    Task<ServedProtection> FindProtectionAsync(string vm, CancellationToken ct);

    /// <summary>Allows or refuses programs in the guest of an item's VM to be run by examinations.</summary>
    Task AllowGuestProgramsAsync(ServedProtection item, bool isAllowed, CancellationToken ct);

    /// <summary>Examines what the node works on, as it is now; of it what the caller may see.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">There is no such VM or host.</exception>
    Task<HealthReport> ExamineAsync(ServedExamination asked, CancellationToken ct);

    /// <summary>Lets the node carry out a remedy; gives what was done.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">It isn't allowed, a job works on the VM, what it is for isn't so any more, or it failed.</exception>
    Task<string> ApplyAsync(Remedy remedy, CancellationToken ct);

    /// <summary>The state of a VM's agent.</summary>
    Task<AgentStatus> ReadAgentAsync(string vm, CancellationToken ct);

    /// <summary>Gives a VM the agent's channel; gives its name, its UUID and what was done.</summary>
    Task<(string Vm, Guid Uuid, string Done)> AttachChannelAsync(string vm, CancellationToken ct);

    /// <summary>Updates the agent in a VM's guest.</summary>
    Task<(string Vm, Guid Uuid, AgentUpdateResult Result)> UpdateAgentAsync(string vm, CancellationToken ct);

    /// <summary>Waits until a job is over, however it ends.</summary>
    Task<ServedJob> WaitJobAsync(ServedJob job, IProgress<RunProgress> progress, CancellationToken ct);
}
