namespace Holdfast.ControlPlane.Items;

/// <summary>Which of a vault's items are listed; null doesn't restrict.</summary>
public sealed record ItemFilter
{
    /// <summary>Items of one policy, by the policy's name.</summary>
    public string? PolicyName { get; init; }

    /// <summary>Items of VMs with this name.</summary>
    public string? FriendlyName { get; init; }

    /// <summary>How many are passed over, for pages.</summary>
    public int Skip { get; init; }

    /// <summary>How many are listed at most.</summary>
    public int Take { get; init; } = 200;
}
