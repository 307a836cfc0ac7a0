using System.Globalization;

namespace Holdfast.Protection.Freeze;

/// <summary>A process that can be recognised again: ids are reused, so its start time and the machine's boot belong to it.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>).</param>
/// <param name="BootId">The boot of the machine (<c>/proc/sys/kernel/random/boot_id</c>).</param>
public sealed record ProcessIdentity(int Pid, long StartTicks, Guid BootId)
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>This process.</summary>
    public static ProcessIdentity Current() =>
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("This process isn't visible under /proc.");

    /// <summary>The process that has an id now; null if none, or if it has ended and waits to be reaped.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException)
        {
            return null;
        }
        // The name, in parentheses, may hold spaces and parentheses; the fields are counted from its end: state is the 3rd, start time the 22nd.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 20 || fields[0] is "Z" or "X" ? null
            : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), CurrentBoot());
    }

    /// <summary>Whether this very process still runs.</summary>
    public bool IsAlive() => Of(Pid) == this;

    internal static ProcessIdentity Dead(int pid) => new(pid, -1, Guid.Empty);

    /// <summary>The boot that this machine is in.</summary>
    internal static Guid CurrentBoot() => Guid.Parse(File.ReadAllText(BootIdPath).AsSpan().Trim());
}
