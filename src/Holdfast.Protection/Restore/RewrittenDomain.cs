using System.Xml.Linq;
using Holdfast.Faults;

namespace Holdfast.Protection.Restore;

/// <summary>A new VM's XML, and what had to be changed in it.</summary>
/// <param name="Root">The XML.</param>
/// <param name="Notes">What the user should know.</param>
public sealed record RewrittenDomain(XElement Root, RewriteNotes Notes);

/// <summary>What a rewrite changed beyond names and paths.</summary>
public sealed class RewriteNotes
{
    /// <summary>Devices that the new VM doesn't have; also disks that were restored, but that the saved definition doesn't have.</summary>
    public IList<string> LeftOut { get; } = [];

    /// <summary>Disks of the saved definition that weren't restored, those among them that the original shares with others.</summary>
    public IList<string> DisksNotRestored { get; } = [];

    /// <summary>Devices of the host that both VMs name: they can't both run with them, or see the same data.</summary>
    public IList<string> Shared { get; } = [];

    /// <summary>Ports whose counterpart on the host was replaced by a pseudo-terminal.</summary>
    public IList<string> Replaced { get; } = [];

    /// <summary>Drives whose medium is gone, or not a plain file.</summary>
    public IList<string> MediaEjected { get; } = [];

    /// <summary>Files that the new VM's character devices will write.</summary>
    public IList<string> LogFiles { get; } = [];

    /// <summary>The saved VM has firmware variables that aren't in the point.</summary>
    public bool NvramMissing { get; set; }

    /// <summary>The warnings that these are.</summary>
    public IReadOnlyList<Fault> ToWarnings(string vm)
    {
        var warnings = new List<Fault>();
        if (DisksNotRestored.Count > 0)
            warnings.Add(RestoreFaults.DisksNotRestored(vm, DisksNotRestored));
        if (LeftOut.Count > 0)
            warnings.Add(RestoreFaults.DevicesLeftOut(vm, LeftOut));
        if (Shared.Count > 0)
            warnings.Add(RestoreFaults.DevicesShared(vm, Shared));
        if (Replaced.Count > 0)
            warnings.Add(RestoreFaults.DevicesReplaced(vm, Replaced));
        if (MediaEjected.Count > 0)
            warnings.Add(RestoreFaults.MediaEjected(vm, MediaEjected));
        if (NvramMissing)
            warnings.Add(RestoreFaults.NvramNotInPoint(vm));
        return warnings;
    }
}
