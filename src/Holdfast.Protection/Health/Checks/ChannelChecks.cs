using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Protection.Health.Network;

namespace Holdfast.Protection.Health.Checks;

/// <summary>A secure channel can be agreed on, with a certificate that this node trusts and that is made out to the endpoint's name.</summary>
internal sealed class TlsLayer() : NetworkLayer("tls", leadsOn: true)
{
    public override bool Applies(EndpointWay way) => way.Endpoint.IsTls;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct)
    {
        var errors = SslPolicyErrors.None;
        string? chainReason = null;
        using var limit = subject.Limited(ct);
        try
        {
            if (subject.Endpoint.Protocol is EndpointProtocol.SmtpStartTls && await MailPreface.AgreeAsync(subject.Stream!, limit.Token).ConfigureAwait(false) is { } refusal)
                return One(HealthFinding.Of(refusal, NetworkFaults.TlsVersionRefused(subject.Name, refusal)));
            var secured = new SslStream(subject.Stream!);
            subject.Stream = secured;
            await secured.AuthenticateAsClientAsync(subject.TlsOptions(Judge), limit.Token).ConfigureAwait(false);
            return One(HealthFinding.Passed(secured.RemoteCertificate is X509Certificate2 certificate
                ? string.Create(CultureInfo.InvariantCulture, $"{secured.SslProtocol}, certificate until {certificate.NotAfter:yyyy-MM-dd}") : $"{secured.SslProtocol}"));
        }
        catch (Exception e) when (errors is not SslPolicyErrors.None && e is AuthenticationException or IOException)
        {
            return Distrusted(subject, errors, chainReason);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or CryptographicException)
        {
            var reason = GuestText.Clean(Innermost(e), 200);
            return One(HealthFinding.Of(reason, NetworkFaults.TlsVersionRefused(subject.Name, reason)));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return One(HealthFinding.Of(Seconds(subject), NetworkFaults.TlsVersionRefused(subject.Name, Seconds(subject))));
        }

        void Judge(SslPolicyErrors found, X509Chain? chain)
        {
            errors = found;
            chainReason = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).FirstOrDefault(s => s.Length > 0);
        }
    }

    private static List<HealthFinding> Distrusted(EndpointWay way, SslPolicyErrors errors, string? reason)
    {
        var findings = new List<HealthFinding>();
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) || errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var why = GuestText.Clean(errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows none" : reason ?? errors.ToString(), 200);
            findings.Add(HealthFinding.Of(why, NetworkFaults.TlsNotTrusted(way.Name, why)));
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            findings.Add(HealthFinding.Of("another name", NetworkFaults.TlsNameMismatch(way.Name, way.Endpoint.Host)));
        return findings;
    }

    private static string Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e.Message;
}

/// <summary>The endpoint lets this node in with its credential. One for which no credential is known is only asked whether it answers.</summary>
internal sealed class AccessLayer() : NetworkLayer("authorization", leadsOn: false)
{
    public override bool Applies(EndpointWay way) => way.Endpoint.IsHttp;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(EndpointWay subject, CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, Proxy = subject.Place.Proxy, SslOptions = subject.TlsOptions(), ConnectTimeout = subject.Options.EndpointLimit,
        };
        using var client = new HttpClient(handler) { Timeout = subject.Options.EndpointLimit, BaseAddress = subject.Endpoint.Address };
        try
        {
            using var answer = await (subject.Endpoint.AskAsync ?? AnybodyAsync)(client, ct).ConfigureAwait(false);
            var now = subject.Options.Time.GetUtcNow();
            subject.Answer = new EndpointAnswer((int)answer.StatusCode, GuestText.Clean(answer.ReasonPhrase ?? "", 80), answer.Headers.Date - now);
        }
        catch (HttpRequestException e)
        {
            return One(HealthFinding.Unknown(e.InnerException?.Message ?? e.Message));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return One(HealthFinding.Unknown(Seconds(subject)));
        }

        return One(Judge(subject, subject.Answer));
    }

    private static HealthFinding Judge(EndpointWay way, EndpointAnswer answer)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {answer.Reason}").TrimEnd();
        var isDenied = answer.Status is (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden;
        if (answer.Status is (int)HttpStatusCode.ProxyAuthenticationRequired && way.Proxy is { } proxy)
            return HealthFinding.Of(said, NetworkFaults.ProxyRefused(EndpointWay.Shown(proxy), way.Name, answer.Status));
        if (!isDenied)
            return answer.Status >= 500 ? HealthFinding.Unknown(said) : HealthFinding.Passed(said);
        if (way.Endpoint.AskAsync is null)
            return HealthFinding.Unknown($"{said}: it wants a credential, and none is known for it");
        // What was signed with a wrong clock is refused for that alone.
        return answer.Skew is { } skew && skew.Duration() > ClockLayer.SkewMax ? HealthFinding.Unknown($"{said}: the clocks differ")
            : HealthFinding.Of(said, NetworkFaults.EndpointAccessDenied(way.Name, said));
    }

    private static async Task<HttpResponseMessage> AnybodyAsync(HttpClient client, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, client.BaseAddress);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
    }
}
