using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Holdfast.Libvirt;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Secrets;

/// <summary>
/// The secret that the scratch files of one run are encrypted with, where the VM's disks are: what the guest overwrites during the job goes
/// there, and QEMU would write it in the clear. libvirt keeps it in memory alone (ephemeral), and gives it to nobody but QEMU (private).
/// </summary>
/// <remarks>Its UUID is the run's own name, so whoever cleans up after a dead run knows it by the name of the scratch folder.</remarks>
internal static class ScratchSecret
{
    private const int ValueBytes = 32;
    // Its passphrase is random: nothing is gained by deriving the key from it slowly.
    private const int DerivationMilliseconds = 10;

    /// <summary>Defines the secret of a run.</summary>
    public static (Guid Uuid, ImageEncryption Encryption) Define(LibvirtConnection host, string runName)
    {
        var uuid = Guid.ParseExact(runName, "N");
        // QEMU takes passphrases that are text only.
        var value = Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(ValueBytes)));
        host.DefineSecret(
            new XElement("secret", new XAttribute("ephemeral", "yes"), new XAttribute("private", "yes"),
                new XElement("uuid", uuid.ToString("D")), new XElement("description", "Holdfast: scratch files of a backup run")).ToString(),
            value);
        return (uuid, new ImageEncryption(value) { DerivationMilliseconds = DerivationMilliseconds });
    }

    /// <summary>Undefines the secret of a run, if it had one.</summary>
    /// <param name="host">The host.</param>
    /// <param name="runName">The run, or the path of its scratch folder.</param>
    public static void Remove(LibvirtConnection host, string runName)
    {
        if (Guid.TryParseExact(Path.GetFileName(runName), "N", out var uuid))
            host.UndefineSecret(uuid);
    }
}
