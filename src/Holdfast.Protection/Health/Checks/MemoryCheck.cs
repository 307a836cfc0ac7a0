using System.Globalization;
using System.Text;
using Holdfast.Faults;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The guest has memory left, as its kernel tells in /proc/meminfo.</summary>
internal sealed class MemoryCheck() : HealthCheck<VmSubject>(HealthArea.Load, "memory", HealthNeeds.Agent | HealthNeeds.Unix)
{
    private const int BytesMax = 64 * 1024;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        string text;
        try
        {
            text = Encoding.UTF8.GetString(await subject.Probe.Agent.ReadFileAsync("/proc/meminfo", BytesMax, ct).ConfigureAwait(false));
        }
        catch (GuestAgentException e)
        {
            return [HealthFinding.Unknown($"/proc/meminfo can't be read: {e.Message}")];
        }

        if (Read(text) is not { } used)
            return [HealthFinding.Unknown("/proc/meminfo says nothing of available memory")];
        var found = string.Create(CultureInfo.InvariantCulture, $"{used} %");
        return [used > subject.Options.PressurePercent
            ? HealthFinding.Of(found, HealthFaults.GuestPressure(subject.Name, "memory", used)) : HealthFinding.Passed(found)];
    }

    /// <summary>The share in use, in percent; null where the text doesn't tell.</summary>
    internal static long? Read(string text)
    {
        long? Kib(string name) => text.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value : null;
        return Kib("MemTotal:") is > 0 and var total && Kib("MemAvailable:") is { } available && available <= total
            ? (long)Math.Round((total - available) * 100.0 / total) : null;
    }
}
