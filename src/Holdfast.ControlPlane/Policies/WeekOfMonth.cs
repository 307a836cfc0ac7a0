namespace Holdfast.ControlPlane.Policies;

/// <summary>Which occurrence of a day of the week in a month: the first Sunday, the last Friday.</summary>
public enum WeekOfMonth
{
    /// <summary>The first.</summary>
    First = 1,

    /// <summary>The second.</summary>
    Second = 2,

    /// <summary>The third.</summary>
    Third = 3,

    /// <summary>The fourth.</summary>
    Fourth = 4,

    /// <summary>The last: the fourth or the fifth.</summary>
    Last = 5,
}
