namespace Holdfast.ControlPlane.Alerts;

/// <summary>Who is told of the alerts of some vaults.</summary>
public sealed record AlertRoute
{
    /// <summary>Names of vaults.</summary>
    public required IReadOnlyList<string> Vaults { get; init; }

    /// <summary>Who gets mail.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>Names of webhooks.</summary>
    public IReadOnlyList<string> Webhooks { get; init; } = [];
}
