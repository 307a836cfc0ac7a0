using System.Security.Cryptography;
using Holdfast.Faults;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Tpm;

/// <summary>
/// The emulated TPM of a VM that is backed up. Its state is secret, as it holds what the guest sealed (keys of BitLocker or LUKS): it goes to
/// the vault alone, and disposing clears it.
/// </summary>
internal sealed class VmTpm : IDisposable
{
    private readonly string _vm;
    private readonly TpmStatePlace _place;
    private readonly bool _mustBeThere;

    private VmTpm(string vm, TpmStatePlace place, bool mustBeThere) => (_vm, _place, _mustBeThere) = (vm, place, mustBeThere);

    /// <summary>What was captured; null where the TPM has no state so far.</summary>
    public byte[]? State { get; private set; }

    /// <summary>Whether there is a state to be kept.</summary>
    public bool HasState { get; private set; }

    /// <summary>Looks for a VM's emulated TPM, and sees that its state can be kept: to be asked before anything is begun.</summary>
    /// <param name="uri">The VM's libvirt.</param>
    /// <param name="domain">The VM's UUID.</param>
    /// <param name="xml">Its XML.</param>
    /// <param name="isActive">Whether it runs: its TPM has a state then.</param>
    /// <returns>Null where it has none.</returns>
    /// <exception cref="FaultException">The state can't be kept.</exception>
    public static VmTpm? Find(LibvirtUri uri, Guid domain, DomainXml xml, bool isActive)
    {
        if (xml.Tpms.FirstOrDefault(t => t.IsEmulated) is not { } emulated)
            return null;
        var place = TpmStatePlace.For(uri, domain, emulated) ?? throw new FaultException(BackupFaults.VmSecretsUnsupported(xml.Name, "TPM"));
        var tpm = new VmTpm(xml.Name, place, isActive);
        tpm.Capture();
        tpm.HasState = tpm.State is not null;
        tpm.Dispose();
        return tpm;
    }

    /// <summary>The TPMs whose state isn't in a file of the host's, and so in no point.</summary>
    public static IReadOnlyList<string> NotKept(DomainXml xml) => [.. xml.Tpms.Where(t => !t.IsEmulated).Select(t => $"TPM {t.Backing}")];

    /// <summary>
    /// Keeps the state as it is now: at the instant that the disks are of. swtpm writes a state beside the old one and renames it, so what is
    /// opened is one whole state whenever that is; at any other time it might be one that the disks know nothing of.
    /// </summary>
    /// <exception cref="FaultException">It can't be read.</exception>
    public void Capture()
    {
        Dispose();
        try
        {
            State = TpmStateFile.Read(_place.FilePath);
        }
        catch (IOException e)
        {
            throw new FaultException(BackupFaults.TpmStateUnreadable(_vm, _place.FilePath, e.Message), e);
        }

        if (State is null && (_mustBeThere || HasState))
            throw Missing();
    }

    /// <summary>Of a VM that has run: it must have a state.</summary>
    /// <exception cref="FaultException">It has none.</exception>
    public void RequireState()
    {
        if (!HasState)
            throw Missing();
    }

    /// <summary>Clears what was captured.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(State);
        State = null;
    }

    private FaultException Missing() => new(BackupFaults.TpmStateUnreadable(_vm, _place.FilePath, "the file isn't there"));
}
