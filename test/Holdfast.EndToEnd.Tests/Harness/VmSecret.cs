using System.Security.Cryptography;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A secret of libvirt's with the passphrase of a VM's LUKS images, or of its TPM's state.</summary>
public sealed class VmSecret : IAsyncDisposable
{
    private readonly bool _isForTpm;

    private VmSecret(string passphraseFile, bool isForTpm) => (PassphraseFile, _isForTpm) = (passphraseFile, isForTpm);

    /// <summary>Its UUID.</summary>
    public Guid Uuid { get; } = Guid.NewGuid();

    /// <summary>Holds the passphrase.</summary>
    public string PassphraseFile { get; }

    /// <summary>The element that has an image encrypted with it.</summary>
    public string EncryptionXml => $"<encryption format='luks'><secret type='passphrase' uuid='{Uuid}'/></encryption>";

    /// <summary>Defines one with a random passphrase, for images.</summary>
    public static Task<VmSecret> DefineAsync(Host host) => DefineAsync(host, isForTpm: false);

    /// <summary>Defines one with a random passphrase.</summary>
    public static async Task<VmSecret> DefineAsync(Host host, bool isForTpm)
    {
        ArgumentNullException.ThrowIfNull(host);
        var secret = new VmSecret(Path.Combine(host.NewFolder("secret"), "passphrase"), isForTpm);
        await File.WriteAllTextAsync(secret.PassphraseFile, "P-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12))).ConfigureAwait(false);
        await secret.DefineAsync(isPrivate: false).ConfigureAwait(false);
        return secret;
    }

    /// <summary>Defines it once more, with its value.</summary>
    /// <param name="isPrivate">Whether libvirt gives it to nobody but QEMU.</param>
    /// <param name="passphraseFile">Holds another value for it; null for its own.</param>
    public async Task DefineAsync(bool isPrivate, string? passphraseFile = null)
    {
        await DefineWithoutValueAsync(isPrivate).ConfigureAwait(false);
        await Tool.VirshAsync("secret-set-value", Uuid.ToString(), "--file", passphraseFile ?? PassphraseFile, "--plain").ConfigureAwait(false);
    }

    /// <summary>Defines it, without a value where it has none.</summary>
    public async Task DefineWithoutValueAsync(bool isPrivate)
    {
        var file = PassphraseFile + ".xml";
        await File.WriteAllTextAsync(file, $"""
            <secret ephemeral='no' private='{(isPrivate ? "yes" : "no")}'><uuid>{Uuid}</uuid>
              {(_isForTpm ? $"<usage type='vtpm'><name>hf-test/{Uuid}</name></usage>" : $"<usage type='volume'><volume>/hf-test/{Uuid}</volume></usage>")}</secret>
            """).ConfigureAwait(false);
        await Tool.VirshAsync("secret-define", file).ConfigureAwait(false);
    }

    /// <summary>Undefines it.</summary>
    public Task UndefineAsync() => Tool.VirshAsync("secret-undefine", Uuid.ToString());

    /// <summary>Makes a LUKS image of a raw one.</summary>
    public Task ConvertAsync(string raw, string format, string path) => ConvertAsync(
        "-f", "raw", "-O", format == "qcow2" ? "qcow2" : "luks", "-o",
        format == "qcow2" ? "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10" : "key-secret=s,iter-time=10", raw, path);

    /// <summary>What a LUKS image holds for the guest, in a raw file.</summary>
    public async Task<string> ReadAsync(Host host, string format, string path)
    {
        ArgumentNullException.ThrowIfNull(host);
        var copy = Path.Combine(host.NewFolder("read"), "plain.raw");
        var key = format == "qcow2" ? "driver=qcow2,encrypt.format=luks,encrypt.key-secret=s" : "driver=luks,key-secret=s";
        await ConvertAsync("-U", "--image-opts", "-O", "raw", $"{key},file.filename={path}", copy).ConfigureAwait(false);
        return copy;
    }

    /// <summary>The UUIDs of all secrets of the host.</summary>
    public static async Task<IReadOnlyList<Guid>> AllAsync() =>
    [
        .. (await Tool.VirshAsync("secret-list").ConfigureAwait(false)).Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault())
            .Where(word => Guid.TryParse(word, out _)).Select(word => Guid.Parse(word!)),
    ];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Tool.TryVirshAsync("secret-undefine", Uuid.ToString()).ConfigureAwait(false);

    // qemu-img times its key derivation, and gives up where the machine's clock of CPU time is too coarse for that.
    private Task ConvertAsync(params string[] arguments) => Eventually.TrueAsync(
        "qemu-img converted the image",
        async () => (await Tool.TryAsync("qemu-img", ["convert", "--object", $"secret,id=s,file={PassphraseFile}", .. arguments]).ConfigureAwait(false)).ExitCode == 0);
}
