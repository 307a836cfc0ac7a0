using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Freeze;

/// <summary>The intents of a node: one small file per guest that is (about to be) frozen. What it writes is durable when it returns.</summary>
public sealed class FreezeIntentStore
{
    private const string Suffix = ".intent";
    private const int IntentBytesMax = 64 * 1024;

    private readonly string _folder;

    /// <summary>Names the store in a node's state folder. Nothing is created before the first intent.</summary>
    public FreezeIntentStore(string stateDirectory) => _folder = Path.Combine(Path.GetFullPath(stateDirectory), "freeze");

    /// <summary>The file of a guest's intent. The same UUID on two hypervisors is two guests.</summary>
    public string PathOf(string libvirtUri, Guid domainId)
    {
        var host = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(libvirtUri)).AsSpan(0, 4));
        return Path.Combine(_folder, $"{domainId:N}-{host}{Suffix}");
    }

    /// <summary>Writes an intent in place of an earlier one of the same guest.</summary>
    /// <exception cref="IOException">It isn't durable: no freeze may follow.</exception>
    public void Write(FreezeIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        PrivateFolder.Create(_folder);
        HostFile.WriteDurably(PathOf(intent.LibvirtUri, intent.DomainId), JsonSerializer.SerializeToUtf8Bytes(intent, FreezeJson.Default.FreezeIntent));
        HostFile.SyncFolder(Path.GetDirectoryName(_folder)!);
    }

    /// <summary>Removes a guest's intent, if there is one.</summary>
    public void Remove(string libvirtUri, Guid domainId) => RemoveFile(PathOf(libvirtUri, domainId));

    /// <summary>The paths of all intents.</summary>
    public IReadOnlyList<string> List() =>
        Directory.Exists(_folder) ? [.. Directory.EnumerateFiles(_folder, "*" + Suffix).Order(StringComparer.Ordinal)] : [];

    /// <summary>Reads an intent; null if there is none or it can't be read as one.</summary>
    public static FreezeIntent? TryRead(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length > IntentBytesMax)
                return null;
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return FreezeJson.TryRead(bytes, FreezeJson.Default.FreezeIntent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static void RemoveFile(string path)
    {
        if (File.Exists(path))
            HostFile.Delete(path);
    }
}
