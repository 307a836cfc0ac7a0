namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Disks that are each filled with one byte: a VM that has disks of different times shows by it.</summary>
public static class DiskPatterns
{
    private const int KiB = 4096;

    /// <summary>Fills the beginning of each disk, which nothing has open.</summary>
    public static async Task FillAsync(IEnumerable<GuestDisk> disks, int pattern)
    {
        ArgumentNullException.ThrowIfNull(disks);
        foreach (var disk in disks)
            await BareVm.WriteImageAsync(disk.Path, disk.Format, 0, KiB, (byte)pattern).ConfigureAwait(false);
    }

    /// <summary>Which of the patterns all disks are filled with; a mixture fails.</summary>
    public static async Task<int> FindAsync(IReadOnlyCollection<GuestDisk> disks, params int[] patterns)
    {
        ArgumentNullException.ThrowIfNull(disks);
        ArgumentNullException.ThrowIfNull(patterns);
        var found = new List<int>();
        foreach (var disk in disks)
        {
            foreach (var pattern in patterns)
            {
                var read = await Tool.TryAsync("qemu-io", ["-r", "-U", "-f", disk.Format, "-c", $"read -P {pattern} 0 {KiB}k", disk.Path]).ConfigureAwait(false);
                if (read.ExitCode == 0 && !read.Output.Contains("failed", StringComparison.Ordinal))
                    found.Add(pattern);
            }
        }

        Assert.Equal(disks.Count, found.Count);
        return Assert.Single(found.Distinct());
    }
}
