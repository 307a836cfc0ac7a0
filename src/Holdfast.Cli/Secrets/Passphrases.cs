using System.Text;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Spectre.Console;

namespace Holdfast.Cli.Secrets;

/// <summary>
/// Where passphrases and keys come from: a file, the environment, or a question on the terminal without echo; never the command line.
/// </summary>
internal sealed class Passphrases(Settings settings, Terminal terminal, Reporter report)
{
    /// <summary>The shortest passphrase that a vault is made with.</summary>
    public const int LengthMin = 10;

    private const int FileBytesMax = 64 * 1024;
    private const string Variable = "HOLDFAST_PASSPHRASE";

    /// <summary>The recovery key to open the vault with, where one was named.</summary>
    public string? RecoveryKey => settings.RecoveryKeyFile is { } file ? FirstLine(file) : null;

    /// <summary>The passphrase to open the vault with.</summary>
    public async Task<string> ForOpeningAsync(CancellationToken ct) => Given() ?? await AskAsync("Passphrase of the vault:", ct);

    /// <summary>A passphrase for a new key slot: asked for twice, and not too short.</summary>
    public async Task<string> ForNewSlotAsync(string? file, CancellationToken ct)
    {
        var passphrase = file is not null ? FirstLine(file) : null;
        if (passphrase is null)
        {
            passphrase = await AskAsync("New passphrase:", ct);
            if (await AskAsync("Once more:", ct) != passphrase)
            {
                throw InputFaults.PassphrasesDiffer().ToException();
            }
        }

        return LongEnough(passphrase);
    }

    /// <summary>The first passphrase of a new vault.</summary>
    public async Task<string> ForInitAsync(CancellationToken ct) =>
        Given() is { } given ? LongEnough(given) : await ForNewSlotAsync(null, ct);

    private static string LongEnough(string passphrase) =>
        passphrase.EnumerateRunes().Count() >= LengthMin ? passphrase : throw InputFaults.PassphraseTooWeak(LengthMin).ToException();

    private string? Given()
    {
        if (settings.PassphraseFile is { } file)
        {
            return FirstLine(file);
        }

        return terminal.Variable(Variable) switch
        {
            null => null,
            "" => throw InputFaults.PassphraseEmpty(Variable).ToException(),
            var value => value,
        };
    }

    private async Task<string> AskAsync(string question, CancellationToken ct)
    {
        if (!terminal.CanAsk)
        {
            throw InputFaults.PassphraseMissing().ToException();
        }

        var answer = await terminal.ConsoleOn(terminal.Error, settings.Colour).PromptAsync(
            new TextPrompt<string>(Markup.Escape(CliWords.In(settings.Language, question))).Secret(null).AllowEmpty(), ct);
        return answer.Length > 0 ? answer : throw InputFaults.PassphraseEmpty("the terminal").ToException();
    }

    private string FirstLine(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
            {
                report.Notices([InputFaults.PassphraseFilePermissive(path)]);
            }

            var bytes = new byte[FileBytesMax];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            using var reader = new StringReader(new UTF8Encoding(false, true).GetString(bytes, 0, length));
            return reader.ReadLine() is { Length: > 0 } line ? line : throw InputFaults.PassphraseEmpty(path).ToException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            throw InputFaults.PassphraseFileUnreadable(path, e is DecoderFallbackException ? "not UTF-8" : e.Message).ToException(e);
        }
    }
}
