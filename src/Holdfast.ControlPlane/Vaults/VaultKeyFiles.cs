using System.Security.Cryptography;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Vaults;

/// <summary>
/// The keys that this node opens vaults with, one file a vault, named by the vault's id. They lie in systemd's credentials folder, or in a folder
/// of their own with mode 0600; never in the database (INV-4).
/// </summary>
/// <param name="options">The node.</param>
public sealed class VaultKeyFiles(ControlPlaneOptions options)
{
    private const int KeyBytes = 32;
    private const int FileBytesMax = 1024;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.GetFullPath(options.KeysFolder ?? Path.Combine(options.DataFolder, "keys"));

    /// <summary>Makes the key of a new vault. Durable when this returns.</summary>
    public string Create(Guid vault)
    {
        Directory.CreateDirectory(_folder, Private | UnixFileMode.UserExecute);
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));
        using var file = new FileStream(PathOf(vault), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = Private,
        });
        file.Write(System.Text.Encoding.ASCII.GetBytes(secret + "\n"));
        file.Flush(flushToDisk: true);
        return secret;
    }

    /// <summary>Reads a vault's key.</summary>
    /// <param name="vault">The vault's id.</param>
    /// <param name="name">Its name, for people.</param>
    /// <exception cref="FaultException">It isn't there, can't be read, or others could read it, too.</exception>
    public string Read(Guid vault, string name)
    {
        // systemd hands credentials over read-only, in a folder that only the service sees.
        var credential = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials
            ? Path.Combine(credentials, NameOf(vault)) : null;
        var path = credential is not null && File.Exists(credential) ? credential : PathOf(vault);
        try
        {
            if (path != credential && (File.GetUnixFileMode(path) & ~Private) != 0)
                throw new FaultException(InputFaults.PassphraseFilePermissive(path));
            var text = new FileInfo(path).Length <= FileBytesMax ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
            return text is { Length: > 0 } ? text : throw new FaultException(ServiceFaults.VaultKeyUnavailable(name, path, "it holds no key"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(ServiceFaults.VaultKeyUnavailable(name, path, e.Message), e);
        }
    }

    /// <summary>Forgets the key of a vault that was deleted.</summary>
    public void Delete(Guid vault) => File.Delete(PathOf(vault));

    private static string NameOf(Guid vault) => vault.ToString("D");

    private string PathOf(Guid vault) => Path.Combine(_folder, NameOf(vault));
}
