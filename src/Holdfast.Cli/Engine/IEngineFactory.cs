using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Vault;

namespace Holdfast.Cli.Engine;

/// <summary>Opens the engine as a command needs it, and makes vaults.</summary>
internal interface IEngineFactory
{
    Task<IEngine> OpenAsync(Settings settings, EngineNeeds needs, Reporter report, CancellationToken ct);

    /// <summary>Reaches the node that the settings name.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">None is named, or it can't be reached.</exception>
    INode Connect(Settings settings);

    /// <summary>Reaches the node that is named, or that serves the vault that is named; null where there is none, and this machine does it itself.</summary>
    INode? TryConnect(Settings settings);

    /// <summary>Fails where there is a vault already, or where one can't be made; changes nothing.</summary>
    void CheckPlaceForVault(string path);

    /// <summary>Compares a vault's objects with its lists of hashes; takes no key.</summary>
    Task<HashReport> CheckHashesAsync(Settings settings, string path, long? bytesPerSecond, IProgress<VerifyProgress> progress, CancellationToken ct);

    Task<(string Vault, string RecoveryKey)> InitVaultAsync(Settings settings, string path, string passphrase, CancellationToken ct);

    /// <summary>Tries whether the store of a place does what a vault needs; takes no key.</summary>
    Task<StoreProbeReport> ProbeStoreAsync(Settings settings, string path, CancellationToken ct);
}
