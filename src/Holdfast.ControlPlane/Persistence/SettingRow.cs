using System.ComponentModel.DataAnnotations;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>A fact of the installation.</summary>
public sealed class SettingRow
{
    /// <summary>Its name.</summary>
    [Key]
    public required string Name { get; set; }

    /// <summary>Its value. Never a secret.</summary>
    public required string Value { get; set; }
}
