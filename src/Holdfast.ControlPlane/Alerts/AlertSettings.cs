namespace Holdfast.ControlPlane.Alerts;

/// <summary>Who is told of alerts, and how. Secrets are named by the files that hold them.</summary>
public sealed record AlertSettings
{
    /// <summary>Language of messages: en or zh-TW.</summary>
    public string Language { get; init; } = "en";

    /// <summary>The mail server, and who gets mail where no route says otherwise.</summary>
    public MailSettings? Mail { get; init; }

    /// <summary>Receivers of signed JSON.</summary>
    public IReadOnlyList<WebhookSettings> Webhooks { get; init; } = [];

    /// <summary>Who is told of particular vaults; others' alerts go to everybody above.</summary>
    public IReadOnlyList<AlertRoute> Routes { get; init; } = [];

    /// <summary>When the daily digest is sent, in UTC, HH:mm; null for none.</summary>
    public string? DigestAt { get; init; }

    /// <summary>A store with less free than this, in percent, is running full.</summary>
    public int StoreFreePercentMin { get; init; } = 10;
}
