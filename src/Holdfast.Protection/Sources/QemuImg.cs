using System.ComponentModel;
using System.Globalization;
using Holdfast.Faults;

namespace Holdfast.Protection.Sources;

/// <summary>Runs qemu-img: to look at images, and to make them.</summary>
internal static class QemuImg
{
    // setpriv's exit code for a program that it doesn't find.
    private const int NotFound = 127;
    private const int OutputMax = 4 << 20;
    private const int DerivationTries = 50;

    /// <summary>Makes an empty qcow2 image (version 3) in the file at <paramref name="path"/>, which loses what it held.</summary>
    /// <exception cref="StorageDaemonException">qemu-img refused; the message is its own.</exception>
    public static Task CreateQcow2Async(string path, long sizeBytes, ImageEncryption? encryption, CancellationToken ct) =>
        CreateAsync(path, "qcow2", encryption is null ? "compat=1.1" : "compat=1.1,encrypt.format=luks,encrypt.key-secret=key", "encrypt.", sizeBytes, encryption, ct);

    /// <summary>Makes a LUKS image whose contents are noise, in the file at <paramref name="path"/>, which loses what it held.</summary>
    /// <exception cref="StorageDaemonException">qemu-img refused; the message is its own.</exception>
    public static Task CreateLuksAsync(string path, long sizeBytes, ImageEncryption encryption, CancellationToken ct) =>
        CreateAsync(path, "luks", "key-secret=key", "", sizeBytes, encryption, ct);

    private static async Task CreateAsync(
        string path, string format, string options, string prefix, long sizeBytes, ImageEncryption? encryption, CancellationToken ct)
    {
        if (encryption?.DerivationMilliseconds is { } milliseconds)
            options += string.Create(CultureInfo.InvariantCulture, $",{prefix}iter-time={milliseconds}");
        // The passphrase goes through a pipe: it is on no command line and in no file.
        string[] secret = encryption is null ? [] : ["--object", "secret,id=key,file=/dev/stdin"];
        for (var attempt = 1; ; attempt++)
        {
            var (_, error, exitCode) = await RunAsync(
                ["create", "-q", "-f", format, .. secret, "-o", options, "--", path, sizeBytes.ToString(CultureInfo.InvariantCulture)],
                ct, encryption?.Passphrase ?? default).ConfigureAwait(false);
            if (exitCode == 0)
                return;
            // QEMU times its key derivation, and gives up where the clock of CPU time is too coarse for that.
            if (attempt == DerivationTries || !error.Contains("accurate CPU usage", StringComparison.Ordinal))
                throw new StorageDaemonException(error.Trim());
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ct">Cancels it.</param>
    /// <param name="input">What it reads on standard input.</param>
    /// <exception cref="FaultException">It isn't installed.</exception>
    public static async Task<(string Output, string Error, int ExitCode)> RunAsync(
        IEnumerable<string> arguments, CancellationToken ct, ReadOnlyMemory<byte> input = default)
    {
        BoundProcess process;
        try
        {
            process = await BoundProcess.StartAsync("qemu-img", arguments).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw new FaultException(HostFaults.ToolMissing("setpriv", "util-linux"), e);
        }

        await using (process)
        {
            var output = process.Output.ReadToEndAsync(ct);
            try
            {
                await process.Input.BaseStream.WriteAsync(input, ct).ConfigureAwait(false);
                process.Input.Close();
            }
            catch (IOException)
            {
                // It has ended already, and says why below.
            }

            var error = await process.ReadErrorAsync(ct).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false);
            await process.Ended.WaitAsync(ct).ConfigureAwait(false);
            if (process.ExitCode == NotFound)
                throw new FaultException(HostFaults.ToolMissing("qemu-img", "qemu-utils"));
            return text.Length <= OutputMax ? (text, error, process.ExitCode) : throw new InvalidDataException("qemu-img's answer is too long.");
        }
    }
}
