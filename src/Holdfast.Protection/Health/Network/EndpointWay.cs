using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Faults;

namespace Holdfast.Protection.Health.Network;

/// <summary>The way to one endpoint, as far as its layers have been gone: each check goes one further, and leaves here what the next starts from.</summary>
internal sealed class EndpointWay : IAsyncDisposable
{
    public EndpointWay(HealthEndpoint endpoint, NetworkPlace place, HealthOptions options)
    {
        (Endpoint, Place, Options) = (endpoint, place, options);
        Proxy = ProxyOf(endpoint, place);
    }

    public HealthEndpoint Endpoint { get; }

    public NetworkPlace Place { get; }

    public HealthOptions Options { get; }

    public string Name => Endpoint.Name;

    /// <summary>The proxy server that leads there; null for the direct way.</summary>
    public Uri? Proxy { get; }

    /// <summary>What the name stands for; then only those that there is a route to.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; set; } = [];

    /// <summary>The connection, in plain or secured.</summary>
    public Stream? Stream { get; set; }

    /// <summary>What it answered over HTTP.</summary>
    public EndpointAnswer? Answer { get; set; }

    /// <summary>Host and port as proxies and firewalls write them.</summary>
    public string Authority => Name[(Name.IndexOf("://", StringComparison.Ordinal) + 3)..];

    /// <summary>The proxy server that leads to an endpoint; null for the direct way.</summary>
    public static Uri? ProxyOf(HealthEndpoint endpoint, NetworkPlace place) =>
        endpoint.Address is { } address && !place.Proxy.IsBypassed(address) && place.Proxy.GetProxy(address) is { } proxy && proxy != address ? proxy : null;

    /// <summary>A proxy server as it is shown: without what may be a password.</summary>
    public static string Shown(Uri proxy) => proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped);

    /// <summary>Ends by itself after the limit of one layer.</summary>
    public CancellationTokenSource Limited(CancellationToken ct)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Options.EndpointLimit);
        return limit;
    }

    /// <summary>The address of this machine that packets to another leave from; asked of the kernel's routing, nothing is sent.</summary>
    /// <exception cref="SocketException">There is no route.</exception>
    public static IPAddress SourceOf(IPAddress target, int port)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(target, port));
        return ((IPEndPoint)socket.LocalEndPoint!).Address;
    }

    /// <summary>The rule of this node's firewall that stops the way to an address, or the answers from there; null where none is found.</summary>
    public async Task<string?> FindRuleAsync(IPAddress address, CancellationToken ct)
    {
        if (await Place.ReadFirewallAsync(ct).ConfigureAwait(false) is not { } rules)
            return null;
        var through = InterfaceOf(address);
        return rules.WhatStops(new Packet("output", address, Endpoint.Port, through)) ?? rules.WhatStops(new Packet("input", address, Endpoint.Port, through));
    }

    /// <summary>What a direct way that fails comes to: where the machine's other programs go through a proxy server that lets this connection through, that is what is missing.</summary>
    public async Task<Fault> JudgeDirectAsync(Fault direct, CancellationToken ct)
    {
        if (!Endpoint.IsHttp)
            return direct;
        var tries = await Task.WhenAll(Place.OtherProxies().Select(async proxy =>
        {
            var tunnel = await ProxyTunnel.OpenAsync(this, proxy, null, ct).ConfigureAwait(false);
            if (tunnel.Stream is not null)
                await tunnel.Stream.DisposeAsync().ConfigureAwait(false);
            return tunnel.Fault is null;
        })).ConfigureAwait(false);
        return tries.Contains(true) ? NetworkFaults.ProxyMissing(Name) : direct;
    }

    /// <summary>How a handshake with the endpoint is made: current versions only, and its authorities.</summary>
    public SslClientAuthenticationOptions TlsOptions(Action<SslPolicyErrors, X509Chain?>? judge = null) => new()
    {
        TargetHost = Endpoint.Host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = Trust(),
        RemoteCertificateValidationCallback = (_, _, chain, errors) =>
        {
            judge?.Invoke(errors, chain);
            return errors is SslPolicyErrors.None;
        },
    };

    public async ValueTask DisposeAsync()
    {
        if (Stream is not null)
            await Stream.DisposeAsync().ConfigureAwait(false);
    }

    private X509ChainPolicy? Trust()
    {
        if (Endpoint.CaFile is not { } file)
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }

    private string? InterfaceOf(IPAddress target)
    {
        try
        {
            var source = SourceOf(target, Endpoint.Port);
            return source.Equals(target) || IPAddress.IsLoopback(target) ? "lo"
                : NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(source)))?.Name;
        }
        catch (Exception e) when (e is SocketException or NetworkInformationException)
        {
            return null;
        }
    }
}

/// <summary>What an endpoint answered over HTTP.</summary>
/// <param name="Status">The status.</param>
/// <param name="Reason">Its reason in words.</param>
/// <param name="Skew">How far its clock is ahead of the node's; null where it tells no time.</param>
internal sealed record EndpointAnswer(int Status, string Reason, TimeSpan? Skew);
