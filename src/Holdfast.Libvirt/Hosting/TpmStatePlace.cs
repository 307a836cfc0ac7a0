namespace Holdfast.Libvirt;

/// <summary>Where the emulator (swtpm) of a domain's TPM keeps what the TPM holds for ever: one file, in a folder of the domain's UUID.</summary>
/// <remarks>
/// libvirt chooses the folder and names it nowhere (qemu_tpm.c, libvirt 9.0): DOMAINS/UUID/tpm2, or tpm1.2. It makes a new TPM where the folder is
/// empty, gives the folder and its files to swtpm's user at every start, and deletes them when the domain is undefined without being told to keep them.
/// </remarks>
/// <param name="Folder">The folder of the state, 0700.</param>
/// <param name="FileName">The file's name in it.</param>
public sealed record TpmStatePlace(string Folder, string FileName)
{
    /// <summary>libvirt's folder with the states of all domains of the system daemon.</summary>
    private const string SystemRoot = "/var/lib/libvirt/swtpm";

    /// <summary>The file.</summary>
    public string FilePath => Path.Combine(Folder, FileName);

    /// <summary>The place of a domain's TPM.</summary>
    /// <param name="uri">Of the domain's libvirt, on this host.</param>
    /// <param name="domain">The domain's UUID.</param>
    /// <param name="tpm">Its TPM.</param>
    /// <returns>Null where the TPM isn't an emulated one, or its state isn't where it is described above.</returns>
    public static TpmStatePlace? For(LibvirtUri uri, Guid domain, DomainTpm tpm)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(tpm);
        if (!tpm.IsEmulated || tpm.HasOwnStatePlace || !uri.IsLocal || RootOf(uri) is not { } root)
            return null;
        var folder = Path.Combine(root, domain.ToString("D"));
        return tpm.Version switch
        {
            null or "2.0" => new TpmStatePlace(Path.Combine(folder, "tpm2"), "tpm2-00.permall"),
            "1.2" => new TpmStatePlace(Path.Combine(folder, "tpm1.2"), "tpm-00.permall"),
            _ => null,
        };
    }

    // A session of root's is as privileged as the system daemon, and keeps its states there.
    private static string? RootOf(LibvirtUri uri) => uri switch
    {
        { IsQemuSystem: true } => SystemRoot,
        { IsQemuSession: true } => Environment.IsPrivilegedProcess ? SystemRoot : Path.Combine(ConfigHome(), "libvirt", "qemu", "swtpm"),
        _ => null,
    };

    private static string ConfigHome() => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
        ? config : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
}
