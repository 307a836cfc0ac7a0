using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>
/// Posts signed JSON. The header <c>Holdfast-Signature: t=SECONDS,v1=HEX</c> is HMAC-SHA256 under the receiver's key over <c>SECONDS.BODY</c>; a receiver refuses
/// messages whose time is far from its own, and tells repeated ones by their id.
/// </summary>
public sealed class WebhookChannel(WebhookSettings settings, HttpClient client, TimeProvider time) : IAlertChannel
{
    /// <inheritdoc/>
    public string Name => "webhook:" + settings.Name;

    /// <inheritdoc/>
    public async Task SendAsync(AlertMessage message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = Encoding.UTF8.GetBytes(message.Json.ToJsonString());
        var seconds = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Holdfast-Signature", $"t={seconds},v1={Signature(AlertSettingsFile.Secret(settings.SecretFile), seconds, body)}");
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw NodeFaults.AlertNotSent(Name, $"HTTP {(int)answer.StatusCode}").ToException();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            throw NodeFaults.AlertNotSent(Name, e.Message).ToException(e);
        }
    }

    private static string Signature(string secret, string seconds, byte[] body)
    {
        byte[] message = [.. Encoding.ASCII.GetBytes(seconds + "."), .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message));
    }
}
