using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Holdfast.Libvirt;

/// <summary>The disk and bitmap that made libvirt refuse an incremental backup.</summary>
/// <param name="Bitmap">The missing or broken bitmap (its checkpoint's name).</param>
/// <param name="DiskTarget">The disk, such as <c>vda</c>.</param>
public sealed partial record CheckpointInconsistency(string Bitmap, string DiskTarget)
{
    /// <summary>Reads a CheckpointInconsistent error. libvirt names the first bad disk only: others may be bad too.</summary>
    /// <param name="error">The error.</param>
    /// <param name="inconsistency">What it names.</param>
    public static bool TryRead(LibvirtException error, [NotNullWhen(true)] out CheckpointInconsistency? inconsistency)
    {
        ArgumentNullException.ThrowIfNull(error);
        inconsistency = null;
        if (error.Code is not LibvirtErrorCode.CheckpointInconsistent)
        {
            return false;
        }

        // 'checkpoint inconsistent: missing or broken bitmap 'cp3' for disk 'vda'': the daemon may translate the words, not the names.
        var names = Quoted().Matches(error.Message);
        if (names.Count < 2)
        {
            return false;
        }

        inconsistency = new CheckpointInconsistency(names[^2].Groups["name"].Value, names[^1].Groups["name"].Value);
        return true;
    }

    [GeneratedRegex("'(?<name>[^']{1,1024})'", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
