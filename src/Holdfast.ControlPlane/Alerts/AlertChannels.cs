using Holdfast.ControlPlane.Vaults;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>The channels of the settings, and which of them are told of a vault's alerts.</summary>
public sealed class AlertChannels
{
    private readonly AlertSettings _settings;
    private readonly Dictionary<string, IAlertChannel> _channels;

    /// <summary>Makes the channels that the settings name.</summary>
    public AlertChannels(AlertSettings settings, HttpClient client, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        var addresses = (settings.Mail?.To ?? []).Concat(settings.Routes.SelectMany(r => r.To)).Distinct(StringComparer.OrdinalIgnoreCase);
        _channels = addresses.Select(a => (IAlertChannel)new MailChannel(settings.Mail!, a))
            .Concat(settings.Webhooks.Select(h => new WebhookChannel(h, client, time)))
            .ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Those that are told of what concerns no vault, and of vaults without a route.</summary>
    public IReadOnlyList<IAlertChannel> Default => Of(_settings.Mail?.To ?? [], _settings.Webhooks.Select(h => h.Name));

    /// <summary>Those that are told of a vault.</summary>
    public IReadOnlyList<IAlertChannel> For(VaultRow? vault)
    {
        var routes = vault is null ? [] : _settings.Routes.Where(r => r.Vaults.Contains(vault.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        return routes.Count == 0 ? Default : Of(routes.SelectMany(r => r.To), routes.SelectMany(r => r.Webhooks));
    }

    private IReadOnlyList<IAlertChannel> Of(IEnumerable<string> addresses, IEnumerable<string> webhooks) =>
        [.. addresses.Select(a => "mail:" + a).Concat(webhooks.Select(w => "webhook:" + w)).Distinct(StringComparer.OrdinalIgnoreCase).Select(n => _channels[n])];
}
