using System.Globalization;

namespace Holdfast.Vault;

/// <summary>Tells a process from every other, so that another on the same kernel can see whether it lives.</summary>
internal sealed record WriterIdentity(string Host, string BootId, string PidNamespace, int ProcessId, string StartTime)
{
    public static WriterIdentity Own { get; } = new(
        Environment.MachineName, ReadLine("/proc/sys/kernel/random/boot_id"), Namespace(), Environment.ProcessId, StartTimeOf(Environment.ProcessId) ?? "");

    /// <summary>Looks for the process; only the same boot and pid namespace can tell.</summary>
    public WriterState Look() =>
        BootId.Length == 0 || BootId != Own.BootId || PidNamespace != Own.PidNamespace ? WriterState.Unknown
        : StartTimeOf(ProcessId) == StartTime ? WriterState.Alive
        : WriterState.Dead;

    /// <summary>Field 22 of /proc/PID/stat: start after boot in ticks. A pid may be used again, but not with the same start.</summary>
    private static string? StartTimeOf(int pid)
    {
        var stat = ReadLine(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // A zombie has ended: it writes no more.
        return fields.Length > 19 && fields[0] is not ("Z" or "X") ? fields[19] : null;
    }

    private static string Namespace() => new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
