namespace Holdfast.ControlPlane.Alerts;

/// <summary>A receiver of signed JSON.</summary>
public sealed record WebhookSettings
{
    /// <summary>The name that routes use.</summary>
    public required string Name { get; init; }

    /// <summary>Where it listens: https, or http on this machine.</summary>
    public required Uri Url { get; init; }

    /// <summary>File whose first line is the key that messages are signed with.</summary>
    public required string SecretFile { get; init; }
}
