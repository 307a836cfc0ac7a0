using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Faults;

namespace Holdfast.Cli.Secrets;

/// <summary>
/// Where a recovery key goes, once: into a new file that only its owner can read, or onto the terminal; never into JSON or redirected
/// output unasked. The place is made sure of before the key exists.
/// </summary>
internal sealed class RecoveryKeyOutput : IDisposable
{
    private readonly Terminal terminal;
    private readonly string? path;
    private readonly FaultLanguage language;
    private FileStream? file;

    private RecoveryKeyOutput(Terminal terminal, FaultLanguage language, string? path, FileStream? file) =>
        (this.terminal, this.language, this.path, this.file) = (terminal, language, path, file);

    /// <summary>Where the key was written; null for the terminal.</summary>
    public string? Path => path;

    /// <summary>For the key of a new vault, which --recovery-key-file says where to write.</summary>
    public static RecoveryKeyOutput Prepare(Settings settings, Terminal terminal) => Prepare(settings.RecoveryKeyFile, "--recovery-key-file", settings, terminal);

    /// <summary>For another key of a vault that there is, which --new-recovery-key-file says where to write.</summary>
    public static RecoveryKeyOutput PrepareNew(string? path, Settings settings, Terminal terminal) => Prepare(path, "--new-recovery-key-file", settings, terminal);

    private static RecoveryKeyOutput Prepare(string? path, string option, Settings settings, Terminal terminal)
    {
        if (path is null)
        {
            return terminal.OutIsTerminal && settings.Output == OutputFormat.Table
                ? new(terminal, settings.Language, null, null)
                : throw InputFaults.RecoveryKeyNowhereToGo(option).ToException();
        }

        try
        {
            return new(terminal, settings.Language, path, new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException) when (System.IO.Path.Exists(path))
        {
            throw InputFaults.RecoveryKeyFileExists(path, option).ToException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputFaults.RecoveryKeyFileFailed(path, e.Message, option).ToException(e);
        }
    }

    /// <summary>Writes the key to where it was to go; on disk when this returns.</summary>
    public void Write(string recoveryKey)
    {
        if (file is not null)
        {
            using (var writer = new StreamWriter(file, leaveOpen: true))
            {
                writer.WriteLine(recoveryKey);
            }

            file.Flush(flushToDisk: true);
            file.Dispose();
            file = null;
            return;
        }

        terminal.Out.WriteLine();
        terminal.Out.WriteLine(CliWords.In(language, "Recovery key (shown only now: print it and keep it away from this machine):"));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("    " + recoveryKey);
        terminal.Out.WriteLine();
    }

    /// <summary>Removes the file if no key was written into it.</summary>
    public void Dispose()
    {
        if (file is null)
        {
            return;
        }

        file.Dispose();
        File.Delete(path!);
    }
}
