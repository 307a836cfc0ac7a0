using Holdfast.Faults;

namespace Holdfast.ControlPlane.Hosts;

/// <summary>What becomes of domains that several hosts know. Pure.</summary>
internal static class VirtualMachineRules
{
    /// <summary>
    /// One VM for each UUID, by name. After a migration the old host may still have the definition: where it runs counts. Running on
    /// two hosts at once is a fault, and so is another VM's name in the same group.
    /// </summary>
    public static IReadOnlyList<VirtualMachine> Merge(IEnumerable<VirtualMachine> domains)
    {
        var vms = domains.GroupBy(d => d.Uuid).Select(One).ToList();
        var doubles = vms.GroupBy(v => v.Id).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => g.ToList());
        return [.. vms.Select(v => v.Fault is null && doubles.TryGetValue(v.Id, out var same)
                ? v with { Fault = BackupFaults.VmNameAmbiguous(v.Name, same.Select(s => $"{s.Uuid:D} ({s.Host.Name})")) } : v)
            .OrderBy(v => v.Name, StringComparer.Ordinal).ThenBy(v => v.Uuid)];
    }

    private static VirtualMachine One(IGrouping<Guid, VirtualMachine> same)
    {
        // What is seen now goes before what was seen earlier, of which only the latest counts.
        var seen = same.Where(v => v.LastSeenUtc is null).ToList();
        if (seen.Count == 0)
            seen = [same.MaxBy(v => v.LastSeenUtc)!];
        var running = seen.Where(v => v.IsActive).ToList();
        var best = running.FirstOrDefault() ?? seen[0];
        return running.Count > 1 ? best with { Fault = ServiceFaults.VmOnTwoHosts(best.Name, running.Select(v => v.Host.Name)) } : best;
    }
}
