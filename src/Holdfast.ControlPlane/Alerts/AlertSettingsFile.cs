using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Faults;
using MimeKit;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Reads and checks the alerts file.</summary>
public static class AlertSettingsFile
{
    private const string Setting = "--alerts";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads a file; without one, alerts are only kept and logged.</summary>
    /// <exception cref="FaultException">It can't be read, or a value can't be used; the fault names it.</exception>
    public static AlertSettings Read(string? path)
    {
        if (path is null)
            return new AlertSettings();
        try
        {
            return Check(JsonSerializer.Deserialize<AlertSettings>(File.ReadAllText(path), Json) ?? throw new JsonException("it is empty"));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Wrong(e.Message, e);
        }
    }

    /// <summary>The first line of a file that holds a secret.</summary>
    /// <exception cref="FaultException">It can't be read or is empty.</exception>
    public static string Secret(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } line ? line : throw Wrong($"{path}: its first line must be the secret");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(e.Message, e);
        }
    }

    private static AlertSettings Check(AlertSettings settings)
    {
        if (settings.Language is not ("en" or "zh-TW"))
            throw Wrong("language: en or zh-TW");
        if (settings.StoreFreePercentMin is < 1 or > 90)
            throw Wrong("storeFreePercentMin: a number from 1 to 90");
        if (settings.DigestAt is { } at && !TimeOnly.TryParseExact(at, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            throw Wrong("digestAt: HH:mm in UTC");
        var addresses = settings.Routes.SelectMany(r => r.To).Concat(settings.Mail?.To ?? []).ToList();
        if (settings.Mail is null && addresses.Count > 0)
            throw Wrong("routes: to needs mail");
        if (settings.Mail is { } mail)
        {
            if (mail.Port is < 1 or > 65535)
                throw Wrong("mail.port: a number from 1 to 65535");
            if (mail.UserName is null != mail.PasswordFile is null)
                throw Wrong("mail: userName and passwordFile go together");
            if (mail.Security == MailSecurity.None && mail.UserName is not null)
                throw Wrong("mail: a password isn't sent over a connection that isn't secured");
            if (addresses.Append(mail.From).FirstOrDefault(a => !MailboxAddress.TryParse(a, out var address) || !address.Address.Contains('@', StringComparison.Ordinal)) is { } wrong)
                throw Wrong($"mail: '{wrong}' isn't a mail address");
            if (mail.PasswordFile is { } file)
                Secret(file);
        }

        foreach (var hook in settings.Webhooks)
        {
            if (!hook.Url.IsAbsoluteUri || (hook.Url.Scheme != Uri.UriSchemeHttps && !(hook.Url.Scheme == Uri.UriSchemeHttp && hook.Url.IsLoopback)))
                throw Wrong($"webhooks: {hook.Name}: https is needed, or http on this machine");
            Secret(hook.SecretFile);
        }

        var names = settings.Webhooks.Select(h => h.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Count != settings.Webhooks.Count)
            throw Wrong("webhooks: two have the same name");
        if (settings.Routes.SelectMany(r => r.Webhooks).FirstOrDefault(w => !names.Contains(w)) is { } unknown)
            throw Wrong($"routes: there is no webhook '{unknown}'");
        return settings;
    }

    private static FaultException Wrong(string reason, Exception? inner = null) => NodeFaults.SettingInvalid(Setting, reason).ToException(inner);
}
