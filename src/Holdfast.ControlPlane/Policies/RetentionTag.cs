namespace Holdfast.ControlPlane.Policies;

/// <summary>What a recovery point is kept as (grandfather, father, son), shortest first.</summary>
public enum RetentionTag
{
    /// <summary>One of the daily points; kept for days.</summary>
    Daily,

    /// <summary>A weekly point; kept for weeks.</summary>
    Weekly,

    /// <summary>A monthly point; kept for months.</summary>
    Monthly,

    /// <summary>A yearly point; kept for years.</summary>
    Yearly,
}
