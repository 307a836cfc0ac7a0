using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Remote;

/// <summary>Which node does what a command asks for, if one does.</summary>
internal static class NodeLocator
{
    /// <summary>An address for what goes through a socket: the socket leads there, not this.</summary>
    public static Uri Local { get; } = new("http://localhost");

    /// <summary>The node that is named; or that lives on this machine and serves the vault, where something is changed that has one owner.</summary>
    /// <exception cref="FaultException">What names the node can't be used.</exception>
    public static NodeEndpoint? Find(Settings settings, EngineNeeds needs)
    {
        if (settings.Offline)
            return null;
        if (Named(settings) is { } named)
            return named;
        return needs.HasFlag(EngineNeeds.Owner) && settings.Vault is { } vault && VaultOwnership.FindNode(vault) is { } data
            ? new NodeEndpoint(Local, data, null, null, StorePlaces.Full(vault).TrimEnd('/').Split('/')[^1]) : null;
    }

    /// <summary>The node that command line or environment name; null where they name none.</summary>
    public static NodeEndpoint? Named(Settings settings)
    {
        if (settings.IsFolderNamed)
            return null;

        // A variable that names a folder is meant for commands that go to no node.
        var vault = settings.Vault is { } name && !name.Contains('/', StringComparison.Ordinal) ? name : null;
        if (settings.Server is { } server)
        {
            return new NodeEndpoint(
                AddressOf(server), null, settings.CaFile, settings.CredentialFile ?? throw NodeFaults.CredentialFileNotNamed().ToException(), vault);
        }

        return settings.DataFolder is { } data ? new NodeEndpoint(Local, Path.GetFullPath(data), null, null, vault) : null;
    }

    private static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.AbsolutePath == "/"
            && address.Query.Length == 0 && address.UserInfo.Length == 0
            ? address : throw InputFaults.InvalidArgument("--server", "it has the form https://HOST:PORT").ToException();
}
