namespace Holdfast.Vault;

/// <summary>What the trial of a store's immutability showed.</summary>
/// <param name="Support">Whether it is enforced.</param>
/// <param name="Detail">What was seen, in one sentence, for people.</param>
public sealed record RetentionProbe(RetentionSupport Support, string Detail);
