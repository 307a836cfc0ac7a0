using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Remote;

/// <summary>Opens the engine of the node that a command goes to, and this machine's own where it goes to none.</summary>
internal sealed class NodeFirstEngineFactory(IEngineFactory local, Terminal terminal) : IEngineFactory
{
    public async Task<IEngine> OpenAsync(Settings settings, EngineNeeds needs, Reporter report, CancellationToken ct) =>
        NodeLocator.Find(settings, needs) is { } endpoint ? new RemoteEngine(Open(endpoint, settings)) : await local.OpenAsync(settings, needs, report, ct);

    public INode Connect(Settings settings) => TryConnect(settings) ?? throw NodeFaults.NodeNotNamed().ToException();

    public INode? TryConnect(Settings settings) => NodeLocator.Find(settings, EngineNeeds.Owner) is { } endpoint ? Open(endpoint, settings) : null;

    public void CheckPlaceForVault(string path) => local.CheckPlaceForVault(path);

    public Task<HashReport> CheckHashesAsync(Settings settings, string path, long? bytesPerSecond, IProgress<VerifyProgress> progress, CancellationToken ct) =>
        local.CheckHashesAsync(settings, path, bytesPerSecond, progress, ct);

    public Task<(string Vault, string RecoveryKey)> InitVaultAsync(Settings settings, string path, string passphrase, CancellationToken ct) =>
        local.InitVaultAsync(settings, path, passphrase, ct);

    public Task<StoreProbeReport> ProbeStoreAsync(Settings settings, string path, CancellationToken ct) => local.ProbeStoreAsync(settings, path, ct);

    private RemoteNode Open(NodeEndpoint endpoint, Settings settings) =>
        new(new NodeConnection(endpoint, NodeConnection.HandlerOf(endpoint), terminal.Time) { Language = settings.Language }, terminal.Time);
}
