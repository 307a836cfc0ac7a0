using System.Security.Cryptography;
using System.Text;
using Holdfast.Faults;
using Holdfast.Protection.Node;
using Holdfast.Vault;

namespace Holdfast.Cli.Node;

/// <summary>
/// Who owns the vaults of a folder. Each node that serves them holds a lock file in <c>.nodes</c> beside the vaults; the system releases it when the process ends, however
/// it ends. A command changes such a vault only with --offline, only while no node lives, and holds the nodes' locks itself meanwhile.
/// </summary>
internal sealed class VaultOwnership : IDisposable
{
    private const string NodesFolder = ".nodes";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string? vault;
    private readonly bool offline;
    private readonly List<FileStream> held = [];

    /// <summary>Of a vault that a command works on; null for none.</summary>
    public VaultOwnership(string? vault, bool offline) => (this.vault, this.offline) = (vault is null ? null : StorePlaces.Full(vault), offline);

    /// <summary>Takes the vaults of a folder for a node.</summary>
    /// <exception cref="FaultException">A command works on them with --offline, or another node has this name.</exception>
    public static IDisposable OfNode(string vaultsFolder, string node, string dataFolder)
    {
        var place = FolderOf(vaultsFolder);
        var folder = Path.Combine(place, NodesFolder);
        Directory.CreateDirectory(place, OwnerOnly | UnixFileMode.UserExecute);
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        var held = TryHold(Path.Combine(folder, node + ".lock"))
            ?? throw NodeFaults.DataFolderUnusable(vaultsFolder, $"a node named '{node}' or a command with --offline works on its vaults").ToException();

        // Where commands of this machine find the node by a vault of its.
        File.WriteAllText(Path.Combine(folder, node + ".data"), dataFolder);
        return held;
    }

    /// <summary>The data folder of a node of this machine that lives and serves a vault; null where there is none.</summary>
    public static string? FindNode(string vault)
    {
        if (StorePlaces.Above(vault) is not { } above || FolderOf(above) is not { } folder || !Directory.Exists(Path.Combine(folder, NodesFolder)))
            return null;

        // The locks aren't tried: a node that is just starting would find its own taken.
        return Directory.GetFiles(Path.Combine(folder, NodesFolder), "*.data").Select(File.ReadAllText).FirstOrDefault(LocalSocket.Answers);
    }

    /// <summary>Makes sure that the vault may be changed from here until this is disposed.</summary>
    /// <exception cref="FaultException">A node serves it.</exception>
    public void TakeToChange()
    {
        if (vault is null || held.Count > 0 || StorePlaces.Above(vault) is not { } above || FolderOf(above) is not { } folder || !Directory.Exists(Path.Combine(folder, NodesFolder)))
            return;
        var locks = Directory.GetFiles(Path.Combine(folder, NodesFolder), "*.lock");
        if (!offline)
            throw NodeFaults.VaultServed(vault, string.Join(", ", locks.Select(Path.GetFileNameWithoutExtension))).ToException();
        foreach (var path in locks)
        {
            held.Add(TryHold(path) ?? throw NodeFaults.NodeAlive(Path.GetFileNameWithoutExtension(path)).ToException());
        }
    }

    public void Dispose() => held.ForEach(h => h.Dispose());

    /// <summary>Where the locks of the vaults below a place are: for a URL, in this machine's state. Nodes of other machines keep each other out in the vaults.</summary>
    private static string FolderOf(string place) => StorePlaces.IsUrl(place)
        ? Path.Combine(NodePaths.FromEnvironment().State, "served", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(StorePlaces.Full(place))).AsSpan(0, 16)))
        : place;

    private static FileStream? TryHold(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
