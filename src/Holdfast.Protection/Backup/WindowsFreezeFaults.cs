using System.Text.RegularExpressions;
using Holdfast.Faults;

namespace Holdfast.Protection.Backup;

/// <summary>Reads why a Windows guest refused the freeze: qemu-ga's own words, which are English everywhere, and the codes of Windows (HRESULT).</summary>
internal static partial class WindowsFreezeFaults
{
    // FVE_E_LOCKED_VOLUME: the volume is locked by BitLocker.
    private const string LockedVolume = "80310000";

    // VSS_E_UNEXPECTED_PROVIDER_ERROR, VSS_E_PROVIDER_VETO, VSS_E_PROVIDER_NOT_REGISTERED; RPC server out of reach, class not registered, the service's process ended.
    private static readonly HashSet<string> ComPlusCodes = new(StringComparer.OrdinalIgnoreCase) { "8004230F", "80042306", "80042304", "800706BA", "80040154", "800706BE", "80070422" };
    private static readonly string[] ComPlusWords = ["failed to create VSS backup components", "Frozen event from VSS provider", "couldn't get VSS provider", "failed to CoInitializeEx"];

    /// <summary>The fault of a refusal; null where nothing in it is Windows'.</summary>
    public static Fault? Of(string vm, string reason)
    {
        var codes = Code().Matches(reason).Select(m => m.Groups[1].Value).ToList();
        if (codes.Contains(LockedVolume))
            return WindowsFaults.BitlockerLocked(vm, Volume().Match(reason) is { Success: true } volume ? volume.Groups[1].Value : "?");
        return codes.Exists(ComPlusCodes.Contains) || ComPlusWords.Any(w => reason.Contains(w, StringComparison.OrdinalIgnoreCase))
            ? WindowsFaults.ComPlusFailed(vm, reason) : null;
    }

    [GeneratedRegex(@"0x([0-9A-Fa-f]{8})", RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex(@"failed to add (\S{1,80}) to snapshot set", RegexOptions.NonBacktracking)]
    private static partial Regex Volume();
}
