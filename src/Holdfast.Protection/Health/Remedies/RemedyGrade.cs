namespace Holdfast.Protection.Health.Remedies;

/// <summary>What a remedy asks of whoever lets it be done.</summary>
public enum RemedyGrade
{
    /// <summary>Nothing that runs notices it.</summary>
    Safe,

    /// <summary>Something in the guest is restarted.</summary>
    Disruptive,

    /// <summary>Only a person can do it: the fault's actions say how.</summary>
    Manual,
}
