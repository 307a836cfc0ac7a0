namespace Holdfast.Faults;

/// <summary>
/// Faults of log-in, credentials and rights.
/// One factory per entry of <c>Catalogue/access.json</c>.
/// </summary>
public static class AccessFaults
{
    /// <summary>Authentication failed: the 'Authorization' header is missing or has an unsupported form.</summary>
    public static Fault AuthenticationFailed() => Fault.Of("AuthenticationFailed");

    /// <summary>The access token is invalid.</summary>
    public static Fault InvalidAuthenticationToken() => Fault.Of("InvalidAuthenticationToken");

    /// <summary>The access token expired.</summary>
    public static Fault ExpiredAuthenticationToken() => Fault.Of("ExpiredAuthenticationToken");

    /// <summary>The access token was revoked.</summary>
    public static Fault RevokedAuthenticationToken() => Fault.Of("RevokedAuthenticationToken");

    /// <summary>Too many failed log-ins from this address.</summary>
    public static Fault LoginThrottled() => Fault.Of("HoldfastLoginThrottled");

    /// <summary>There is no credential '{credential}'.</summary>
    public static Fault CredentialNotFound(string credential) => Fault.Of("HoldfastCredentialNotFound").With("credential", credential);

    /// <summary>There is a credential named '{name}' already.</summary>
    public static Fault CredentialNameTaken(string name) => Fault.Of("HoldfastCredentialNameTaken").With("name", name);

    /// <summary>'{credential}' is the last owner and can't be revoked.</summary>
    public static Fault LastOwner(string credential) => Fault.Of("HoldfastLastOwner").With("credential", credential);

    /// <summary>The node's key file {path} is missing, but the database holds keys that are sealed under it.</summary>
    public static Fault NodeKeyMissing(string path) => Fault.Of("HoldfastNodeKeyMissing").With("path", path);

    /// <summary>The node's key file {path} can't be used: {reason}</summary>
    public static Fault NodeKeyUnusable(string path, string reason) =>
        Fault.Of("HoldfastNodeKeyUnusable").With("path", path).With("reason", reason);
}
