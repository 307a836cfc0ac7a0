using System.Globalization;

namespace Holdfast.Cli.Invocation;

/// <summary>
/// Whether the process was given an output at all. The number of one that was closed goes to the first file that the runtime opens for itself, and
/// nothing may be written there: what is inherited is told from it by not being closed at an exec.
/// </summary>
internal static class InheritedOutput
{
    public const int Out = 1;
    public const int Error = 2;

    private const string Folder = "/proc/self/fdinfo";
    private const string Flags = "flags:";
    private const long CloseOnExec = 0x80000;

    public static bool IsOpen(int descriptor)
    {
        try
        {
            var flags = File.ReadLines(Path.Combine(Folder, descriptor.ToString(CultureInfo.InvariantCulture))).First(l => l.StartsWith(Flags, StringComparison.Ordinal));
            return (Convert.ToInt64(flags[Flags.Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nothing is known, and the usual is taken to be so.
            return !Directory.Exists(Folder);
        }
    }
}
