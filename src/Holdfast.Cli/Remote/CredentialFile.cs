using System.Text.Json;
using Holdfast.Cli.Documents;
using Holdfast.Faults;

namespace Holdfast.Cli.Remote;

/// <summary>Reads the file with a credential: what <c>holdfast credential create --output json</c> printed, closed to other accounts.</summary>
internal static class CredentialFile
{
    private const int BytesMax = 64 * 1024;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="FaultException">It can't be read, is open to others, or holds something else.</exception>
    public static CredentialSecretDocument Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if ((File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0)
                throw NodeFaults.CredentialFileUnusable(path, "other accounts can read it; its mode must be 0600").ToException();
            if (stream.Length > BytesMax)
                throw Unreadable(path);
            return JsonSerializer.Deserialize(stream, CliJson.Default.CredentialSecretDocument) is { AppId.Length: > 0, Secret.Length: > 0 } credential ? credential : throw Unreadable(path);
        }
        catch (JsonException)
        {
            // Without the inner exception: it may cite what stands in the file.
            throw Unreadable(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NodeFaults.CredentialFileUnusable(path, e.Message).ToException(e);
        }
    }

    private static FaultException Unreadable(string path) =>
        NodeFaults.CredentialFileUnusable(path, "it isn't what 'holdfast credential create --output json' prints").ToException();
}
