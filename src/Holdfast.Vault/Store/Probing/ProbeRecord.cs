using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Vault;

/// <summary>Which remote stores this machine has tried and found fit: each is tried once, before the machine first writes to it.</summary>
public static class ProbeRecord
{
    /// <summary>Tries a remote store, unless this machine has done so before. Folders aren't tried: each creation in one says if it can't be exclusive.</summary>
    /// <param name="place">The place.</param>
    /// <param name="store">Its store.</param>
    /// <param name="cacheFolder">Where it is noted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Cancels it.</param>
    /// <exception cref="VaultException">StoreUnfit: it doesn't do what a vault needs.</exception>
    public static async Task EnsureAsync(string place, IObjectStore store, string cacheFolder, TimeProvider time, CancellationToken ct)
    {
        if (!StorePlaces.IsUrl(place))
        {
            return;
        }

        var note = Path.Combine(cacheFolder, "probed", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(StorePlaces.Full(place)))));
        if (File.Exists(note))
        {
            return;
        }

        ArgumentNullException.ThrowIfNull(time);
        await StoreProbe.RunAsync(store, withRetention: false, time, ct);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(note)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(note, time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture), ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is tried again the next time.
        }
    }
}
