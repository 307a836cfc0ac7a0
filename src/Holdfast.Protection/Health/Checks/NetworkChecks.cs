using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.Faults;
using Holdfast.Protection.Health.Network;

namespace Holdfast.Protection.Health.Checks;

/// <summary>One layer of the way to an endpoint.</summary>
internal abstract class NetworkLayer(string name, bool leadsOn) : HealthCheck<EndpointWay>(HealthArea.Network, name)
{
    /// <summary>Whether the layers after it can't be gone without it.</summary>
    public bool LeadsOn => leadsOn;

    /// <summary>Whether the way has this layer.</summary>
    public abstract bool Applies(EndpointWay way);

    protected static IReadOnlyList<HealthFinding> One(HealthFinding finding) => [finding];

    protected static string Seconds(EndpointWay way) => string.Create(CultureInfo.InvariantCulture, $"no answer within {way.Options.EndpointLimit.TotalSeconds:0.#} s");
}

/// <summary>The endpoint's name resolves on this node. Through a proxy server, that is the proxy's matter.</summary>
internal sealed class NameLayer() : NetworkLayer("name", leadsOn: true)
{
    public override bool Applies(EndpointWay way) => way.Proxy is null;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct)
    {
        if (IPAddress.TryParse(subject.Endpoint.Host, out var literal))
        {
            subject.Addresses = [literal];
            return One(HealthFinding.Passed("an address"));
        }

        string reason;
        try
        {
            subject.Addresses = await Dns.GetHostAddressesAsync(subject.Endpoint.Host, ct).WaitAsync(subject.Options.EndpointLimit, subject.Options.Time, ct).ConfigureAwait(false);
            return One(HealthFinding.Passed(string.Join(' ', subject.Addresses.Take(4))));
        }
        catch (SocketException e)
        {
            reason = e.Message;
        }
        catch (TimeoutException)
        {
            reason = Seconds(subject);
        }

        var fault = NetworkFaults.NameNotResolved(subject.Name, subject.Endpoint.Host, reason);
        return One(HealthFinding.Of(reason, await subject.JudgeDirectAsync(fault, ct).ConfigureAwait(false)));
    }
}

/// <summary>The kernel knows a route there.</summary>
internal sealed class RouteLayer() : NetworkLayer("route", leadsOn: true)
{
    public override bool Applies(EndpointWay way) => way.Proxy is null;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct)
    {
        var (open, sources, why) = (new List<IPAddress>(), new List<IPAddress>(), "");
        foreach (var address in subject.Addresses)
        {
            try
            {
                sources.Add(EndpointWay.SourceOf(address, subject.Endpoint.Port));
                open.Add(address);
            }
            catch (SocketException e)
            {
                why = e.Message;
            }
        }

        var first = subject.Addresses[0];
        subject.Addresses = open;
        return One(open.Count > 0 ? HealthFinding.Passed($"from {sources[0]}")
            : HealthFinding.Of(why, await subject.JudgeDirectAsync(NetworkFaults.NoRoute(subject.Name, first.ToString(), why), ct).ConfigureAwait(false)));
    }
}

/// <summary>A connection can be made; where it can't, this node's own firewall is searched for the reason.</summary>
internal sealed class ConnectLayer() : NetworkLayer("connect", leadsOn: true)
{
    private const int AddressesMax = 4;

    public override bool Applies(EndpointWay way) => way.Proxy is null;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct)
    {
        // All at once: an address that nobody answers at must not keep the others from being tried in time.
        var tries = await Task.WhenAll(subject.Addresses.Take(AddressesMax).Select(a => TryAsync(subject, a, ct))).ConfigureAwait(false);
        var reached = tries.Where(t => t.Socket is not null).ToList();
        foreach (var spare in reached.Skip(1))
            spare.Socket!.Dispose();
        if (reached is [var taken, ..])
        {
            subject.Stream = new NetworkStream(taken.Socket!, ownsSocket: true);
            return One(HealthFinding.Passed(taken.Address.ToString()));
        }

        var failed = tries[0];
        var at = new IPEndPoint(failed.Address, subject.Endpoint.Port).ToString();
        if (await subject.FindRuleAsync(failed.Address, ct).ConfigureAwait(false) is { } rule)
            return One(HealthFinding.Of(rule, NetworkFaults.FirewallRule(subject.Name, at, rule)));
        var fault = failed.Error switch
        {
            SocketError.TimedOut => NetworkFaults.ConnectionTimedOut(subject.Name, at, subject.Options.EndpointLimit),
            SocketError.ConnectionRefused or SocketError.ConnectionReset => NetworkFaults.ConnectionRefused(subject.Name, at),
            _ => NetworkFaults.NoRoute(subject.Name, at, failed.Reason),
        };
        return One(HealthFinding.Of(failed.Reason, await subject.JudgeDirectAsync(fault, ct).ConfigureAwait(false)));
    }

    private static async Task<(IPAddress Address, Socket? Socket, SocketError Error, string Reason)> TryAsync(EndpointWay way, IPAddress address, CancellationToken ct)
    {
        using var limit = way.Limited(ct);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, way.Endpoint.Port), limit.Token).ConfigureAwait(false);
            return (address, socket, SocketError.Success, "");
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return (address, null, e.SocketErrorCode, e.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            return (address, null, SocketError.TimedOut, Seconds(way));
        }
    }
}

/// <summary>The proxy server is there, and lets the connection through.</summary>
internal sealed class ProxyLayer() : NetworkLayer("proxy", leadsOn: true)
{
    public override bool Applies(EndpointWay way) => way.Proxy is not null;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct)
    {
        var proxy = subject.Proxy!;
        if (proxy.Scheme is not ("http" or "https"))
            return One(HealthFinding.Unknown($"{EndpointWay.Shown(proxy)}: only proxy servers that speak HTTP are examined"));
        var tunnel = await ProxyTunnel.OpenAsync(subject, proxy, subject.Place.Proxy.Credentials?.GetCredential(proxy, "Basic"), ct).ConfigureAwait(false);
        subject.Stream = tunnel.Stream;
        return One(tunnel.Fault is { } fault ? HealthFinding.Of(EndpointWay.Shown(proxy), fault) : HealthFinding.Passed(EndpointWay.Shown(proxy)));
    }
}

/// <summary>Both clocks agree: certificates and signed requests are only valid at their time.</summary>
internal sealed class ClockLayer() : NetworkLayer("clock", leadsOn: false)
{
    internal static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(5);

    public override bool Applies(EndpointWay way) => way.Endpoint.IsHttp;

    public override Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct) => Task.FromResult(One(subject.Answer switch
    {
        { Skew: { } skew } when skew.Duration() > SkewMax => HealthFinding.Of(Words(skew), NetworkFaults.ClockSkew(subject.Name, skew.Duration(), SkewMax)),
        { Skew: { } skew } => HealthFinding.Passed(Words(skew)),
        { } => HealthFinding.Unknown("it tells no time"),
        null => HealthFinding.Unknown("it didn't answer"),
    }));

    private static string Words(TimeSpan skew) => string.Create(CultureInfo.InvariantCulture, $"{skew.TotalSeconds:+0;-0;0} s");
}
