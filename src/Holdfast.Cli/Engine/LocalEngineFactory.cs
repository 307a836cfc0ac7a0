using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Cli.Secrets;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection;
using Holdfast.Protection.Freeze;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Cli.Engine;

/// <summary>Composes the engine of this host: a vault in a folder, the local libvirt, the node's folders.</summary>
internal sealed class LocalEngineFactory(Terminal terminal) : IEngineFactory
{
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

            var guard = GuardCommand.ThisProgram();
            var context = new EngineContext
            {
                Vault = vault,
                Host = host,
                Paths = paths,
                GuardCommand = [guard.FileName, .. guard.Arguments],
                Time = terminal.Time,
                Effects = EffectGate.FromEnvironment(),
            };
            var notices = needs.HasFlag(EngineNeeds.Recovery) && host is not null ? await new NodeRecovery(context).RecoverAsync(ct) : [];
            return new LocalEngine(context, notices);
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

    public void CheckPlaceForVault(string path)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw (Directory.Exists(Path.Combine(path, "config")) ? VaultFaults.VaultAlreadyExists(path) : VaultFaults.VaultFolderNotEmpty(path)).ToException();
        }
    }

    public async Task<(string Vault, string RecoveryKey)> InitVaultAsync(string path, string passphrase, CancellationToken ct)
    {
        var created = await FaultMapping.GuardAsync(
            () => BackupVault.InitAsync(new LocalFolderStore(path), new VaultInitOptions { Passphrase = passphrase, TimeProvider = terminal.Time }, ct),
            new FaultSubject { VaultPlace = path });
        return (created.VaultId.ToString(), created.RecoveryKey.ToString());
    }

    private static async Task<LibvirtConnection?> ConnectAsync(Settings settings, EngineNeeds needs, CancellationToken ct)
    {
        var required = needs.HasFlag(EngineNeeds.Host);
        if (!required && !needs.HasFlag(EngineNeeds.HostIfReachable))
        {
            return null;
        }

        var uri = LibvirtUri.Resolve(settings.Connect);
        if (uri.IsRemote)
        {
            return required ? throw HostFaults.RemoteUriUnsupported(uri.Text).ToException() : null;
        }

        try
        {
            return await LibvirtConnection.OpenAsync(uri, readOnly: false, ct);
        }
        catch (LibvirtException e) when (!required)
        {
            _ = e;
            return null;
        }
        catch (LibvirtException e)
        {
            throw (e.Code is LibvirtErrorCode.AccessDenied or LibvirtErrorCode.AuthFailed or LibvirtErrorCode.AuthCancelled
                    or LibvirtErrorCode.AuthUnavailable or LibvirtErrorCode.OperationDenied
                ? HostFaults.HypervisorPermissionDenied(uri.Text, e.Message)
                : HostFaults.HypervisorUnreachable(uri.Text, e.Message)).ToException(e);
        }
    }

    private async Task<BackupVault> OpenVaultAsync(Settings settings, NodePaths paths, Passphrases secrets, CancellationToken ct)
    {
        var path = Path.GetFullPath(settings.RequiredVault);
        if (!Directory.Exists(path))
        {
            throw VaultFaults.VaultNotFound(path).ToException();
        }

        var credential = await CredentialAsync(secrets, ct);
        Directory.CreateDirectory(paths.Cache, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await FaultMapping.GuardAsync(
            () => BackupVault.OpenAsync(
                new LocalFolderStore(path), credential, new VaultOpenOptions { CacheDirectory = paths.Cache, TimeProvider = terminal.Time }, ct),
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
        try
        {
            return VaultCredential.FromPassphrase(passphrase);
        }
        catch (ArgumentException)
        {
            throw InputFaults.InvalidArgument("passphrase", "it is longer than 1024 bytes").ToException();
        }
    }
}
