using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Engine;

/// <summary>Opens the engine as a command needs it, and makes vaults.</summary>
internal interface IEngineFactory
{
    Task<IEngine> OpenAsync(Settings settings, EngineNeeds needs, Reporter report, CancellationToken ct);

    /// <summary>Fails where there is a vault already, or where one can't be made; changes nothing.</summary>
    void CheckPlaceForVault(string path);

    Task<(string Vault, string RecoveryKey)> InitVaultAsync(string path, string passphrase, CancellationToken ct);
}
