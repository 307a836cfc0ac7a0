namespace Holdfast.Protection.Inventory;

/// <summary>
/// Which of several VMs of one name is meant. After a VM was lost and restored under its name there are two of it: the one that exists, and the one that only points are
/// left of. The other one is always named by its UUID.
/// </summary>
public static class SameName
{
    /// <summary>Of VMs of one name, the one that an operation on points means: the only one that has some, else the only one that exists.</summary>
    /// <returns>One, or all that were found where that doesn't tell.</returns>
    public static IReadOnlyList<T> ByPoints<T>(IReadOnlyList<T> found, Func<T, bool> hasPoints, Func<T, bool> exists) =>
        found.Count(hasPoints) == 1 ? [found.First(hasPoints)] : ByExistence(found, exists);

    /// <summary>Of VMs of one name, the one that an operation on the VM means: the only one that exists.</summary>
    /// <returns>One, or all that were found where that doesn't tell.</returns>
    public static IReadOnlyList<T> ByExistence<T>(IReadOnlyList<T> found, Func<T, bool> exists) => found.Count(exists) == 1 ? [found.First(exists)] : found;
}
