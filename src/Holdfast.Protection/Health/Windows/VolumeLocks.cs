using System.Text.RegularExpressions;

namespace Holdfast.Protection.Health.Windows;

/// <summary>A volume, and whether BitLocker has locked it; null where the words aren't known.</summary>
internal sealed record VolumeLock(string Volume, bool? IsLocked);

/// <summary>What <c>manage-bde -status</c> prints in English and Traditional Chinese. For guests in which PowerShell doesn't tell.</summary>
internal static partial class VolumeLocks
{
    private const int VolumesMax = 64;
    private static readonly HashSet<string> Locked = new(StringComparer.OrdinalIgnoreCase) { "Locked", "已鎖定", "鎖定" };
    private static readonly HashSet<string> Open = new(StringComparer.OrdinalIgnoreCase) { "Unlocked", "已解除鎖定", "解除鎖定", "未鎖定" };

    public static IReadOnlyList<VolumeLock> Parse(string text)
    {
        var volumes = new List<VolumeLock>();
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (Volume().Match(line) is { Success: true } volume && volumes.Count < VolumesMax)
            {
                volumes.Add(new VolumeLock(volume.Groups[1].Value, null));
            }
            else if (volumes is [.., { IsLocked: null } last] && line.StartsWith(' ') && line.Split(':', 2) is [_, var value])
            {
                if (Locked.Contains(value.Trim()))
                    volumes[^1] = last with { IsLocked = true };
                else if (Open.Contains(value.Trim()))
                    volumes[^1] = last with { IsLocked = false };
            }
        }

        return volumes;
    }

    [GeneratedRegex(@"^\S+ ?([A-Z]:)(?: |$)", RegexOptions.NonBacktracking)]
    private static partial Regex Volume();
}
