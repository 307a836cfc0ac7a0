using System.Text;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Cli.Rendering;
using Holdfast.Faults;
using Holdfast.Vault;
using Spectre.Console;

namespace Holdfast.Cli.Secrets;

/// <summary>
/// Where passphrases and keys come from: a file, the environment, or a question on the terminal without echo; never the command line.
/// </summary>
internal sealed class Passphrases(Settings settings, Terminal terminal, Reporter report)
{
    /// <summary>The shortest passphrase that a vault is made with.</summary>
    public const int LengthMin = 10;

    /// <summary>The longest passphrase, in bytes of UTF-8.</summary>
    public const int BytesMax = VaultCredential.SecretBytesMax;

    private const int FileBytesMax = 64 * 1024;
    private const string Variable = "HOLDFAST_PASSPHRASE";

    /// <summary>The recovery key to open the vault with, where one was named.</summary>
    public string? RecoveryKey => settings.RecoveryKeyFile is { } file ? FirstLine(file) : null;

    /// <summary>The passphrase to open the vault with.</summary>
    public async Task<string> ForOpeningAsync(CancellationToken ct) => Given() ?? await AskAsync("Passphrase of the vault:", ForOpening, ct);

    /// <summary>A passphrase for a new key slot, from the file of --new-passphrase-file; else asked for twice. Not too short.</summary>
    public Task<string> ForNewSlotAsync(string? file, CancellationToken ct) => NewAsync(file, InputFaults.NewPassphraseMissing(), ct);

    private async Task<string> NewAsync(string? file, Fault missing, CancellationToken ct)
    {
        var passphrase = file is not null ? FirstLine(file) : null;
        if (passphrase is null)
        {
            passphrase = await AskAsync("New passphrase:", missing, ct);
            if (await AskAsync("Once more:", missing, ct) != passphrase)
            {
                throw InputFaults.PassphrasesDiffer().ToException();
            }
        }

        return LongEnough(passphrase);
    }

    /// <summary>The first passphrase of a new vault.</summary>
    public async Task<string> ForInitAsync(CancellationToken ct) =>
        Given() is { } given ? LongEnough(given) : await NewAsync(null, ForOpening, ct);

    private static string LongEnough(string passphrase) =>
        passphrase.EnumerateRunes().Count() >= LengthMin ? passphrase : throw InputFaults.PassphraseTooWeak(LengthMin).ToException();

    private static string NotTooLong(string passphrase) => Encoding.UTF8.GetByteCount(passphrase) <= BytesMax
        ? passphrase : throw InputFaults.InvalidArgument("passphrase", $"it is longer than {BytesMax} bytes").ToException();

    private static Fault ForOpening => InputFaults.PassphraseMissing();

    /// <summary>The passphrase that a file or the environment gives; null for none.</summary>
    public string? Given()
    {
        if (settings.PassphraseFile is { } file)
        {
            return FirstLine(file);
        }

        return terminal.Variable(Variable) switch
        {
            null => null,
            "" => throw InputFaults.PassphraseEmpty(Variable).ToException(),
            var value => NotTooLong(value),
        };
    }

    private async Task<string> AskAsync(string question, Fault missing, CancellationToken ct)
    {
        if (!terminal.CanAsk)
        {
            throw missing.ToException();
        }

        var answer = await terminal.ConsoleOn(terminal.Error, settings.Colour).PromptAsync(
            new TextPrompt<string>(Markup.Escape(CliWords.In(settings.Language, question))).Secret(null).AllowEmpty(), ct);
        return answer.Length > 0 ? NotTooLong(answer) : throw InputFaults.PassphraseEmpty("the terminal").ToException();
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
            return reader.ReadLine() is { Length: > 0 } line ? NotTooLong(line) : throw InputFaults.PassphraseEmpty(path).ToException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            throw InputFaults.PassphraseFileUnreadable(path, e is DecoderFallbackException ? "not UTF-8" : e.Message).ToException(e);
        }
    }
}
