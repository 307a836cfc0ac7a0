using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Cli.Remote;
using Holdfast.ControlPlane.Hosts;
using Holdfast.Libvirt;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Remedies;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>Remedies that this machine's engine carries out, on VMs that no node of it protects.</summary>
internal sealed class LocalRemedies(CommandRun run, NodePaths paths, IReadOnlyList<HealthHostAddress> hosts, VaultId? vault)
{
    private readonly ServedVms served = Served(run);

    /// <summary>The VMs that nodes of this machine protect: each has one owner.</summary>
    public static ServedVms Served(CommandRun run) => new(NodeRegister.DefaultFolder, run.Settings.Offline, run.Terminal.Time);

    /// <summary>Does one; says what was done.</summary>
    public async Task<string> ApplyAsync(Remedy remedy, CancellationToken ct)
    {
        if (remedy.Subject.Id is { } vm)
            await served.RefuseAsync(vm, ct);
        var uri = hosts.FirstOrDefault(h => h.Name == remedy.Subject.Host)?.Uri;
        var context = new EngineContext
        {
            // Left to the end of the process, as every connection of a command.
            Host = await HostConnections.ConnectAsync(LibvirtUri.Resolve(uri).Text, ct), Paths = paths, Time = run.Terminal.Time,
        };
        return await new RemedyExecutor(context, vault).ApplyAsync(remedy, ct);
    }
}
