namespace Holdfast.Faults;

/// <summary>
/// The way from this node to the hosts and stores that it needs, layer by layer. Nothing here concerns the network inside a guest.
/// One factory per entry of <c>Catalogue/network.json</c>.
/// </summary>
public static class NetworkFaults
{
    /// <summary>The name {name} of {endpoint} doesn't resolve on this node: {reason}</summary>
    public static Fault NameNotResolved(string endpoint, string name, string reason) =>
        Fault.Of("HoldfastNameNotResolved").With("endpoint", endpoint).With("name", name).With("reason", reason);

    /// <summary>There is no route from this node to {endpoint} at {address}: {reason}</summary>
    public static Fault NoRoute(string endpoint, string address, string reason) =>
        Fault.Of("HoldfastNoRoute").With("endpoint", endpoint).With("address", address).With("reason", reason);

    /// <summary>{endpoint} at {address} refuses connections.</summary>
    public static Fault ConnectionRefused(string endpoint, string address) =>
        Fault.Of("HoldfastConnectionRefused").With("endpoint", endpoint).With("address", address);

    /// <summary>{endpoint} at {address} didn't answer within {limitSeconds}.</summary>
    public static Fault ConnectionTimedOut(string endpoint, string address, TimeSpan limit) =>
        Fault.Of("HoldfastConnectionTimedOut").With("endpoint", endpoint).With("address", address).With("limitSeconds", limit);

    /// <summary>A firewall rule of this node blocks the way to {endpoint} at {address}: {rule}</summary>
    public static Fault FirewallRule(string endpoint, string address, string rule) =>
        Fault.Of("HoldfastFirewallRule").With("endpoint", endpoint).With("address", address).With("rule", rule);

    /// <summary>{endpoint} can't be reached directly, and no proxy server is set.</summary>
    public static Fault ProxyMissing(string endpoint) => Fault.Of("HoldfastProxyMissing").With("endpoint", endpoint);

    /// <summary>The proxy server {proxy} can't be reached: {reason}</summary>
    public static Fault ProxyUnreachable(string proxy, string reason) =>
        Fault.Of("HoldfastProxyUnreachable").With("proxy", proxy).With("reason", reason);

    /// <summary>The proxy server {proxy} refused the way to {endpoint} (status {status}).</summary>
    public static Fault ProxyRefused(string proxy, string endpoint, long status) =>
        Fault.Of("HoldfastProxyRefused").With("proxy", proxy).With("endpoint", endpoint).With("status", status);

    /// <summary>The proxy server {proxy} can't reach {endpoint} itself (status {status}).</summary>
    public static Fault ProxyUpstreamFailed(string proxy, string endpoint, long status) =>
        Fault.Of("HoldfastProxyUpstreamFailed").With("proxy", proxy).With("endpoint", endpoint).With("status", status);

    /// <summary>The certificate of {endpoint} isn't trusted: {reason}</summary>
    public static Fault TlsNotTrusted(string endpoint, string reason) =>
        Fault.Of("HoldfastTlsNotTrusted").With("endpoint", endpoint).With("reason", reason);

    /// <summary>The certificate of {endpoint} isn't made out to the name {name}.</summary>
    public static Fault TlsNameMismatch(string endpoint, string name) =>
        Fault.Of("HoldfastTlsNameMismatch").With("endpoint", endpoint).With("name", name);

    /// <summary>No secure channel to {endpoint} can be agreed on: {reason}</summary>
    public static Fault TlsVersionRefused(string endpoint, string reason) =>
        Fault.Of("HoldfastTlsVersionRefused").With("endpoint", endpoint).With("reason", reason);

    /// <summary>The clocks of this node and of {endpoint} differ by {skewSeconds}; {limitSeconds} are allowed.</summary>
    public static Fault ClockSkew(string endpoint, TimeSpan skew, TimeSpan limit) =>
        Fault.Of("HoldfastClockSkew").With("endpoint", endpoint).With("skewSeconds", skew).With("limitSeconds", limit);

    /// <summary>{endpoint} was reached, but doesn't let this node in: {reason}</summary>
    public static Fault EndpointAccessDenied(string endpoint, string reason) =>
        Fault.Of("HoldfastEndpointAccessDenied").With("endpoint", endpoint).With("reason", reason);

    /// <summary>What is shown of {subject} is {ageSeconds} old; last known: {lastState}.</summary>
    public static Fault StatusStale(string subject, TimeSpan age, string lastState) =>
        Fault.Of("HoldfastStatusStale").With("subject", subject).With("ageSeconds", age).With("lastState", lastState);
}
