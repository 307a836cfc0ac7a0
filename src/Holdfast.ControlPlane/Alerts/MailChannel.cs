using System.Net.Sockets;
using Holdfast.Faults;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Sends mail to one address.</summary>
public sealed class MailChannel(MailSettings settings, string to) : IAlertChannel
{
    private const int TimeoutMilliseconds = 30_000;

    /// <inheritdoc/>
    public string Name => "mail:" + to;

    /// <inheritdoc/>
    public async Task SendAsync(AlertMessage message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var mail = new MimeMessage();
        mail.From.Add(MailboxAddress.Parse(settings.From));
        mail.To.Add(MailboxAddress.Parse(to));
        mail.Subject = message.Subject;
        mail.Headers.Add("X-Holdfast-Alert", $"{message.Id} {message.State}");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Body = new TextPart("plain") { Text = message.Text };
        try
        {
            using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
            await client.ConnectAsync(settings.Server, settings.Port, settings.Security switch
            {
                MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
                MailSecurity.None => SecureSocketOptions.None,
                _ => SecureSocketOptions.StartTls,
            }, ct).ConfigureAwait(false);
            if (settings is { UserName: { } user, PasswordFile: { } file })
                await client.AuthenticateAsync(user, AlertSettingsFile.Secret(file), ct).ConfigureAwait(false);
            await client.SendAsync(mail, ct).ConfigureAwait(false);
            await client.DisconnectAsync(quit: true, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or ProtocolException or CommandException or AuthenticationException or SslHandshakeException
            or NotSupportedException or TimeoutException)
        {
            throw NodeFaults.AlertNotSent(Name, e.Message).ToException(e);
        }
    }
}
