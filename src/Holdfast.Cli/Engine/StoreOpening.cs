using Holdfast.Cli.Invocation;
using Holdfast.Protection;
using Holdfast.Vault;
using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.S3;

namespace Holdfast.Cli.Engine;

/// <summary>Puts together what opens stores: the kinds that there are, who asks, and the limits of a run.</summary>
internal sealed class StoreOpening(Terminal terminal)
{
    private readonly Lock _lock = new();
    private StorePlaces? _places;

    /// <summary>What opens the stores of a run; the same for all of them, so that limits hold for all together.</summary>
    /// <exception cref="Holdfast.Faults.FaultException">The file of credentials can't be used.</exception>
    public StorePlaces Of(Settings settings)
    {
        lock (_lock)
        {
            return _places ??= FaultMapping.Guard(() => Make(settings), new FaultSubject { VaultPlace = settings.Vault ?? "" });
        }
    }

    private StorePlaces Make(Settings settings)
    {
        var credentials = StoreCredentials.Read(terminal.Variable, settings.StoreCredentials);

        // Programs that this one starts (guard, qemu-storage-daemon, scripts) have no business with them.
        foreach (var name in StoreCredentials.SecretVariables)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        return new StorePlaces(
            [new S3Scheme(), new AzureBlobScheme()],
            new StoreContext
            {
                Credentials = credentials,
                Limits = settings.LimitUpload is null && settings.LimitDownload is null
                    ? TransferLimits.None : TransferLimits.Of(settings.LimitUpload, settings.LimitDownload, terminal.Time),
                Time = terminal.Time,
            });
    }
}
