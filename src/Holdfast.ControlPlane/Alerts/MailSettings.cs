namespace Holdfast.ControlPlane.Alerts;

/// <summary>A mail server.</summary>
public sealed record MailSettings
{
    /// <summary>Its name or address.</summary>
    public required string Server { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 587;

    /// <summary>How the connection is secured.</summary>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>The account; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>File whose first line is the account's password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The sender's address.</summary>
    public required string From { get; init; }

    /// <summary>Who gets mail.</summary>
    public IReadOnlyList<string> To { get; init; } = [];
}
