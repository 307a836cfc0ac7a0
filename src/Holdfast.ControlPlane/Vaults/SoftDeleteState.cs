namespace Holdfast.ControlPlane.Vaults;

/// <summary>Whether backup data that somebody deletes stays for a while.</summary>
public enum SoftDeleteState
{
    /// <summary>It is kept, and soft delete can be turned off.</summary>
    Enabled,
    /// <summary>It goes at once.</summary>
    Disabled,
    /// <summary>It is kept, and soft delete can never be turned off again.</summary>
    AlwaysON,
}
