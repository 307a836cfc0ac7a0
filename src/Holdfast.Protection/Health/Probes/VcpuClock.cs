using System.Globalization;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Health.Probes;

/// <summary>Reads from the host's kernel how long a domain's virtual processors ran, and waited for a processor: in nanoseconds, where libvirt knows hundredths of seconds.</summary>
internal static class VcpuClock
{
    private const string ThreadPrefix = "CPU ";

    public static async Task<VcpuUse?> MeasureAsync(LibvirtUri uri, string domain, TimeSpan window, TimeProvider time, CancellationToken ct)
    {
        if (Read(uri, domain) is not { Count: > 0 } before)
            return null;
        var started = time.GetTimestamp();
        await Task.Delay(window, time, ct).ConfigureAwait(false);
        var elapsed = time.GetElapsedTime(started);
        if (Read(uri, domain) is not { } after || !after.Keys.ToHashSet().SetEquals(before.Keys))
            return null;
        var ran = before.Sum(b => (double)(after[b.Key].Ran - b.Value.Ran));
        var waited = before.Sum(b => (double)(after[b.Key].Waited - b.Value.Waited));
        return new VcpuUse((ran + waited) / (elapsed.TotalNanoseconds * before.Count), ran + waited == 0);
    }

    private static Dictionary<int, (long Ran, long Waited)>? Read(LibvirtUri uri, string domain)
    {
        try
        {
            if (PidFile(uri, domain) is not { } file
                || !int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                return null;
            var threads = new Dictionary<int, (long, long)>();
            foreach (var task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                if (!File.ReadAllText($"{task}/comm").StartsWith(ThreadPrefix, StringComparison.Ordinal))
                    continue;
                var figures = File.ReadAllText($"{task}/schedstat").Split(' ');
                threads[int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture)] =
                    (long.Parse(figures[0], CultureInfo.InvariantCulture), long.Parse(figures[1], CultureInfo.InvariantCulture));
            }

            return threads;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    // Where libvirt's QEMU driver keeps the pids of its domains.
    private static string? PidFile(LibvirtUri uri, string domain)
    {
        if (domain.Contains('/', StringComparison.Ordinal))
            return null;
        if (uri.IsQemuSystem)
            return $"/run/libvirt/qemu/{domain}.pid";
        return uri.IsQemuSession && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            ? Path.Combine(runtime, "libvirt", "qemu", "run", $"{domain}.pid") : null;
    }
}
