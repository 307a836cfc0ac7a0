using Holdfast.Libvirt;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>
/// Gives a VM's disks LUNs, as Azure has them: -1 for the OS disk (the first disk in the XML), and for data disks a number that follows
/// the target's letters (vdb is 0, vdc is 1), so that detaching one doesn't renumber the others. Pure.
/// </summary>
public static class DiskLuns
{
    /// <summary>LUN of the OS disk.</summary>
    public const int OsDisk = -1;

    /// <summary>The disks that can hold data, by LUN. Drives for removable media aren't among them.</summary>
    public static IReadOnlyList<(DomainDisk Disk, int Lun)> Assign(IEnumerable<DomainDisk> disks)
    {
        ArgumentNullException.ThrowIfNull(disks);
        var hard = disks.Where(d => d.Device is DiskDevice.Disk or DiskDevice.Lun).ToDictionary(d => d.Target, StringComparer.Ordinal);
        return [.. Assign([.. hard.Keys]).Select(d => (hard[d.Target], d.Lun))];
    }

    /// <summary>LUNs of hard disks by their targets; the first is the OS disk.</summary>
    public static IReadOnlyList<(string Target, int Lun)> Assign(IReadOnlyList<string> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var luns = new SortedDictionary<int, string>();
        var late = new List<string>();
        foreach (var target in targets.Skip(1))
        {
            if (LettersOf(target) - 1 is not (>= 0 and var lun) || !luns.TryAdd(lun, target))
                late.Add(target);
        }

        foreach (var target in late)
        {
            var free = 0;
            while (!luns.TryAdd(free, target))
                free++;
        }

        return [.. targets.Take(1).Select(t => (t, OsDisk)), .. luns.Select(l => (l.Value, l.Key))];
    }

    // vda is 0, vdz 25, vdaa 26; -1 where there is no such name.
    private static int LettersOf(string target)
    {
        if (target.Length is < 3 or > 5 || !target.All(char.IsAsciiLetterLower))
            return -1;
        return target[2..].Aggregate(0, (n, c) => (n * 26) + c - 'a' + 1) - 1;
    }
}
