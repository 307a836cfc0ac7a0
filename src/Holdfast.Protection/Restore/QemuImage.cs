using System.ComponentModel;
using System.Globalization;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Restore;

/// <summary>What qemu-img is needed for.</summary>
internal static class QemuImage
{
    /// <summary>Makes an empty qcow2 image (version 3) in the file at <paramref name="path"/>, which loses what it held.</summary>
    /// <exception cref="StorageDaemonException">qemu-img isn't there, or refused; the message is its own.</exception>
    public static async Task CreateQcow2Async(string path, long sizeBytes, CancellationToken ct)
    {
        BoundProcess process;
        try
        {
            process = await BoundProcess.StartAsync(
                "qemu-img",
                ["create", "-q", "-f", "qcow2", "-o", "compat=1.1", "--", path, sizeBytes.ToString(CultureInfo.InvariantCulture)])
                .ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw new StorageDaemonException("qemu-img can't be started: " + e.Message, e);
        }

        await using (process)
        {
            var error = await process.ReadErrorAsync(ct).ConfigureAwait(false);
            await process.Ended.WaitAsync(ct).ConfigureAwait(false);
            if (process.ExitCode != 0)
                throw new StorageDaemonException(error.Trim());
        }
    }
}
