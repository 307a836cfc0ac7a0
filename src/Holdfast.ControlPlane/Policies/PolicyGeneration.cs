namespace Holdfast.ControlPlane.Policies;

/// <summary>Azure's two kinds of VM policies.</summary>
public enum PolicyGeneration
{
    /// <summary>V1, "standard": one backup a day or a week.</summary>
    Standard = 1,

    /// <summary>V2, "enhanced": several backups a day, too.</summary>
    Enhanced = 2,
}
