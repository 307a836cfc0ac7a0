namespace Holdfast.Vault;

/// <summary>Whether points of a vault may be deleted before their time, as Azure's immutable vault has it.</summary>
public enum ImmutabilityState
{
    /// <summary>Points may be deleted at any time.</summary>
    Disabled,

    /// <summary>They may not, but this can be taken back: for trying it out.</summary>
    Unlocked,

    /// <summary>They may not, and nobody can take this back.</summary>
    Locked,
}
