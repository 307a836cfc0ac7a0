using System.CommandLine;
using Holdfast.Faults;

namespace Holdfast.Cli.Invocation;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Vault { get; } = new("--vault")
    {
        Description = "Folder of the vault (or HOLDFAST_VAULT)", HelpName = "PATH", Recursive = true,
    };

    public Option<string?> PassphraseFile { get; } = new("--passphrase-file")
    {
        Description = "File whose first line is the vault's passphrase (or HOLDFAST_PASSPHRASE with the passphrase itself; else it is asked for)",
        HelpName = "FILE", Recursive = true,
    };

    public Option<string?> RecoveryKeyFile { get; } = new("--recovery-key-file")
    {
        Description = "File with the vault's recovery key: opens the vault with it; where a command makes a recovery key, the new file to write it to",
        HelpName = "FILE", Recursive = true,
    };

    public Option<string?> Connect { get; } = new("--connect", "-c")
    {
        Description = "Address of the local libvirt, such as qemu:///system (or LIBVIRT_DEFAULT_URI)", HelpName = "URI", Recursive = true,
    };

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "How results are written: table or json", HelpName = "table|json", Recursive = true,
    };

    public Option<string?> Language { get; } = new("--lang")
    {
        Description = "Language of faults: en or zh-TW (or as LC_ALL, LC_MESSAGES or LANG say)", HelpName = "en|zh-TW", Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no notices", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours (or NO_COLOR)", Recursive = true };

    public IEnumerable<Option> All => [Vault, PassphraseFile, RecoveryKeyFile, Connect, Output, Language, Quiet, NoColor];

    public GlobalOptions()
    {
        Output.AcceptOnlyFromAmong("table", "json");
        Language.AcceptOnlyFromAmong("en", "zh-TW");
    }

    /// <summary>What a command line and the environment together ask for.</summary>
    public Settings Read(ParseResult line, Terminal terminal)
    {
        string? Env(string name) => terminal.Variable(name) is { Length: > 0 } value ? value : null;
        return new()
        {
            Vault = line.GetValue(Vault) ?? Env("HOLDFAST_VAULT"),
            PassphraseFile = line.GetValue(PassphraseFile),
            RecoveryKeyFile = line.GetValue(RecoveryKeyFile),
            Connect = line.GetValue(Connect) ?? Env("LIBVIRT_DEFAULT_URI"),
            Output = line.GetValue(Output),
            Language = FaultLanguages.Best(line.GetValue(Language) ?? Env("LC_ALL") ?? Env("LC_MESSAGES") ?? Env("LANG")),
            Quiet = line.GetValue(Quiet),
            Colour = !line.GetValue(NoColor) && Env("NO_COLOR") is null && Env("TERM") != "dumb",
        };
    }
}
