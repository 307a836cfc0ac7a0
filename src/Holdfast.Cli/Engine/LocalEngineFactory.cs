using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Cli.Remote;
using Holdfast.Cli.Rendering;
using Holdfast.Cli.Secrets;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Cli.Engine;

/// <summary>Composes the engine of this host: a vault in a folder or at a URL, the local libvirt, the node's folders.</summary>
internal sealed class LocalEngineFactory(Terminal terminal) : IEngineFactory
{
    private readonly StoreOpening places = new(terminal);

    public async Task<IEngine> OpenAsync(Settings settings, EngineNeeds needs, Reporter report, CancellationToken ct)
    {
        var paths = NodePaths.FromEnvironment();
        LibvirtConnection? host = null;
        BackupVault? vault = null;
        try
        {
            host = await ConnectAsync(settings, needs, ct);
            if (needs.HasFlag(EngineNeeds.Vault) || (needs.HasFlag(EngineNeeds.VaultIfNamed) && settings.Vault is not null))
            {
                vault = await OpenVaultAsync(settings, paths, new Passphrases(settings, terminal, report), ct);
            }

            var context = new EngineContext
            {
                Vault = vault,
                Host = host,
                Paths = paths,
                Time = terminal.Time,
                Effects = EffectGate.FromEnvironment(),
            };
            var notices = needs.HasFlag(EngineNeeds.Recovery) && host is not null ? await new NodeRecovery(context).RecoverAsync(ct) : [];
            var stores = places.Of(settings);
            return new LocalEngine(
                context, new VaultChange(new VaultOwnership(settings.Vault, settings.Offline), settings.Vault, stores, paths, terminal.Time),
                new ServedVms(NodeRegister.DefaultFolder, settings.Offline, terminal.Time), notices, stores);
        }
        catch
        {
            if (vault is not null)
            {
                await vault.DisposeAsync();
            }

            host?.Dispose();
            throw;
        }
    }

    public INode Connect(Settings settings) => throw NodeFaults.NodeNotNamed().ToException();

    public INode? TryConnect(Settings settings) => null;

    public void CheckPlaceForVault(string path)
    {
        // A remote place is looked at when the vault is made.
        if (StorePlaces.IsUrl(path))
        {
            return;
        }

        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw (Directory.Exists(Path.Combine(path, "config")) ? VaultFaults.VaultAlreadyExists(path) : VaultFaults.VaultFolderNotEmpty(path)).ToException();
        }
    }

    public async Task<(string Vault, string RecoveryKey)> InitVaultAsync(Settings settings, string path, string passphrase, CancellationToken ct)
    {
        var created = await FaultMapping.GuardAsync(
            async () =>
            {
                var store = places.Of(settings).Open(path);
                await ProbeRecord.EnsureAsync(path, store, NodePaths.FromEnvironment().Cache, terminal.Time, ct);
                return await BackupVault.InitAsync(store, new VaultInitOptions { Passphrase = passphrase, TimeProvider = terminal.Time }, ct);
            },
            new FaultSubject { VaultPlace = path });
        return (created.VaultId.ToString(), created.RecoveryKey.ToString());
    }

    public async Task<StoreProbeReport> ProbeStoreAsync(Settings settings, string path, CancellationToken ct)
    {
        if (!StorePlaces.IsUrl(path) && !Directory.Exists(path))
        {
            throw VaultFaults.VaultNotFound(path).ToException();
        }

        try
        {
            return await FaultMapping.GuardAsync(
                () => StoreProbe.RunAsync(places.Of(settings).Open(path), withRetention: true, terminal.Time, ct), new FaultSubject { VaultPlace = path });
        }
        finally
        {
            if (!StorePlaces.IsUrl(path))
            {
                RemoveTraces(path);
            }
        }
    }

    // A vault is made in an empty folder only. What isn't empty is somebody's.
    private static void RemoveTraces(string folder)
    {
        try
        {
            foreach (var made in Directory.EnumerateDirectories(folder, "probe/*").Append(Path.Combine(folder, "probe")).Append(Path.Combine(folder, ".tmp"))
                .Where(f => Directory.Exists(f) && !Directory.EnumerateFileSystemEntries(f).Any()))
            {
                Directory.Delete(made);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Empty folders do no harm.
        }
    }

    public Task<HashReport> CheckHashesAsync(Settings settings, string path, long? bytesPerSecond, IProgress<VerifyProgress> progress, CancellationToken ct)
    {
        if (!StorePlaces.IsUrl(path) && !Directory.Exists(Path.Combine(path, "config")))
        {
            throw VaultFaults.VaultNotFound(path).ToException();
        }

        return FaultMapping.GuardAsync(
            () => HashCheck.RunAsync(places.Of(settings).Open(path), bytesPerSecond, terminal.Time, progress, ct), new FaultSubject { VaultPlace = path });
    }

    private static async Task<LibvirtConnection?> ConnectAsync(Settings settings, EngineNeeds needs, CancellationToken ct)
    {
        var required = needs.HasFlag(EngineNeeds.Host);
        if (!required && !needs.HasFlag(EngineNeeds.HostIfReachable))
        {
            return null;
        }

        try
        {
            return await HostOpening.OpenAsync(LibvirtUri.Resolve(settings.Connect), ct);
        }
        catch (FaultException) when (!required)
        {
            return null;
        }
    }

    private async Task<BackupVault> OpenVaultAsync(Settings settings, NodePaths paths, Passphrases secrets, CancellationToken ct)
    {
        var path = StorePlaces.Full(settings.RequiredVault);
        if (!StorePlaces.IsUrl(path) && !Directory.Exists(path))
        {
            throw VaultFaults.VaultNotFound(path).ToException();
        }

        var credential = await CredentialAsync(secrets, ct);
        PrivateFolder.Create(paths.Cache, HostFaults.CacheFolderNotUsable);
        return await FaultMapping.GuardAsync(
            async () =>
            {
                var options = new VaultOpenOptions { CacheDirectory = paths.Cache, TimeProvider = terminal.Time };
                return await BackupVault.OpenAsync(places.Of(settings).Open(path), credential, options, ct);
            },
            new FaultSubject { VaultPlace = path });
    }

    private static async Task<VaultCredential> CredentialAsync(Passphrases secrets, CancellationToken ct)
    {
        if (secrets.RecoveryKey is { } key)
        {
            try
            {
                return VaultCredential.FromRecoveryKey(key);
            }
            catch (FormatException)
            {
                // Without the inner exception: nothing of the key may get into a log.
                throw InputFaults.RecoveryKeyInvalid().ToException();
            }
        }

        var passphrase = await secrets.ForOpeningAsync(ct);

        // Programs that this one starts (guard, qemu-storage-daemon) have no business with it.
        Environment.SetEnvironmentVariable("HOLDFAST_PASSPHRASE", null);
        return VaultCredential.FromPassphrase(passphrase);
    }
}
