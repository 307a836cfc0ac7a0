namespace Holdfast.Faults;

/// <summary>
/// Faults of a node as a program: its folder, address, certificate and settings.
/// One factory per entry of <c>Catalogue/node.json</c>.
/// </summary>
public static class NodeFaults
{
    /// <summary>The node's data folder {path} can't be used: {reason}</summary>
    public static Fault DataFolderUnusable(string path, string reason) =>
        Fault.Of("HoldfastDataFolderUnusable").With("path", path).With("reason", reason);

    /// <summary>There is no node in {path}.</summary>
    public static Fault NoNodeHere(string path) => Fault.Of("HoldfastNoNodeHere").With("path", path);

    /// <summary>The node can't listen on {address}: {reason}</summary>
    public static Fault ListenFailed(string address, string reason) =>
        Fault.Of("HoldfastListenFailed").With("address", address).With("reason", reason);

    /// <summary>The certificate {path} can't be used: {reason}</summary>
    public static Fault CertificateUnusable(string path, string reason) =>
        Fault.Of("HoldfastCertificateUnusable").With("path", path).With("reason", reason);

    /// <summary>The setting {setting} can't be used: {reason}</summary>
    public static Fault SettingInvalid(string setting, string reason) =>
        Fault.Of("HoldfastSettingInvalid").With("setting", setting).With("reason", reason);

    /// <summary>The node at {address} can't be reached: {reason}</summary>
    public static Fault NodeUnreachable(string address, string reason) =>
        Fault.Of("HoldfastNodeUnreachable").With("address", address).With("reason", reason);

    /// <summary>The vault {vault} is served by the node {node}; this command would change it.</summary>
    public static Fault VaultServed(string vault, string node) => Fault.Of("HoldfastVaultServed").With("vault", vault).With("node", node);

    /// <summary>The node {node} is alive; --offline is refused.</summary>
    public static Fault NodeAlive(string node) => Fault.Of("HoldfastNodeAlive").With("node", node);

    /// <summary>The node of {data} protects the VM '{vm}' in its vault {vault}; this command would work on it beside the node.</summary>
    public static Fault VmServed(string vm, string data, string vault) =>
        Fault.Of("HoldfastVmServed").With("vm", vm).With("data", data).With("vault", vault);

    /// <summary>The database {database} is of another version of Holdfast ({found}).</summary>
    public static Fault DatabaseOfAnotherVersion(string database, string found) =>
        Fault.Of("HoldfastDatabaseOfAnotherVersion").With("database", database).With("found", found);

    /// <summary>No node was named.</summary>
    public static Fault NodeNotNamed() => Fault.Of("HoldfastNodeNotNamed");

    /// <summary>A node doesn't offer {what}.</summary>
    public static Fault NotThroughNode(string what) => Fault.Of("HoldfastNotThroughNode").With("what", what);

    /// <summary>The node at {address} answered {code}: {reason}</summary>
    public static Fault NodeAnswered(string address, string code, string reason) =>
        Fault.Of("HoldfastNodeAnswered").With("address", address).With("code", code).With("reason", reason);

    /// <summary>No credential was named to log in to the node with.</summary>
    public static Fault CredentialFileNotNamed() => Fault.Of("HoldfastCredentialFileNotNamed");

    /// <summary>The credential file {path} can't be used: {reason}</summary>
    public static Fault CredentialFileUnusable(string path, string reason) =>
        Fault.Of("HoldfastCredentialFileUnusable").With("path", path).With("reason", reason);

    /// <summary>No vault of the node protects '{vm}'.</summary>
    public static Fault VmNotProtected(string vm) => Fault.Of("HoldfastVmNotProtected").With("vm", vm);

    /// <summary>There is no host '{host}'.</summary>
    public static Fault HostNotFound(string host) => Fault.Of("HoldfastHostNotFound").With("host", host);

    /// <summary>The VM '{vm}' in the vault {vault} has had no good recovery point since {last}; its policy asks for one by {due}.</summary>
    public static Fault PointOverdue(string vm, string vault, string last, string due) =>
        Fault.Of("HoldfastPointOverdue").With("vm", vm).With("vault", vault).With("last", last).With("due", due);

    /// <summary>The store of the vault {vault} is running full: {freeBytes} of {totalBytes} are free in {path}.</summary>
    public static Fault StoreNearlyFull(string vault, string path, long freeBytes, long totalBytes) =>
        Fault.Of("HoldfastStoreNearlyFull").With("vault", vault).With("path", path).With("freeBytes", freeBytes).With("totalBytes", totalBytes);

    /// <summary>{who}: {action} on {target} ({outcome}).</summary>
    public static Fault SecurityChange(string who, string action, string target, string outcome) =>
        Fault.Of("HoldfastSecurityChange").With("who", who).With("action", action).With("target", target).With("outcome", outcome);

    /// <summary>Repeated failed log-ins from {address}, last as '{name}'.</summary>
    public static Fault LoginFailures(string address, string name) =>
        Fault.Of("HoldfastLoginFailures").With("address", address).With("name", name);

    /// <summary>An alert couldn't be sent through {channel}: {reason}</summary>
    public static Fault AlertNotSent(string channel, string reason) =>
        Fault.Of("HoldfastAlertNotSent").With("channel", channel).With("reason", reason);
}
