using System.CommandLine;
using Holdfast.Faults;

namespace Holdfast.Cli.Invocation;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Vault { get; } = new("--vault")
    {
        Description = "Folder or URL of the vault (or HOLDFAST_VAULT): s3://BUCKET/PREFIX, s3+https://HOST/BUCKET/PREFIX, azblob://ACCOUNT/CONTAINER/PREFIX; through a node, the vault's name there", HelpName = "PLACE", Recursive = true,
    };

    public Option<string?> Server { get; } = new("--server")
    {
        Description = "Let the node at this address do it (or HOLDFAST_SERVER)", HelpName = "URL", Recursive = true,
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Data folder of a node on this machine: the one that is meant, and that does what is asked (or HOLDFAST_DATA)", HelpName = "DIR", Recursive = true,
    };

    public Option<string?> CaFile { get; } = new("--ca-file")
    {
        Description = "With --server: certificate of the authority to trust, the node's DIR/tls/ca.crt (or HOLDFAST_CA_FILE); the system's if not given",
        HelpName = "FILE", Recursive = true,
    };

    public Option<string?> CredentialFile { get; } = new("--credential-file")
    {
        Description = "With --server: file of mode 0600 with what 'credential create --output json' printed (or HOLDFAST_CREDENTIAL_FILE)",
        HelpName = "FILE", Recursive = true,
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

    public Option<string?> StoreCredentials { get; } = new("--store-credentials")
    {
        Description = "File of mode 0600 with the variables that S3 or Azure Blob Storage know the caller by, one NAME=VALUE a line (or HOLDFAST_STORE_CREDENTIALS); else those variables themselves",
        HelpName = "FILE", Recursive = true,
    };

    public Option<long?> LimitUpload { get; } = new("--limit-upload")
    {
        Description = "Write at most so much a second to vaults: 50M, 1G", HelpName = "RATE", CustomParser = Commands.Parsers.Rate, Recursive = true,
    };

    public Option<long?> LimitDownload { get; } = new("--limit-download")
    {
        Description = "Read at most so much a second from vaults: 50M, 1G", HelpName = "RATE", CustomParser = Commands.Parsers.Rate, Recursive = true,
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
        Description = "Language of faults and help: en or zh-TW (or as LC_ALL, LC_MESSAGES or LANG say)", HelpName = "en|zh-TW", Recursive = true,
    };

    public Option<bool> Offline { get; } = new("--offline")
    {
        Description = "Change a vault of a node that isn't running; refused while it lives", Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no notices", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours (or NO_COLOR)", Recursive = true };

    public IEnumerable<Option> All => [Vault, Server, Data, CaFile, CredentialFile, PassphraseFile, RecoveryKeyFile, StoreCredentials, LimitUpload, LimitDownload, Connect, Output, Language, Offline, Quiet, NoColor];

    public GlobalOptions()
    {
        Output.AcceptOnlyFromAmong("table", "json");
        Language.AcceptOnlyFromAmong("en", "zh-TW");
    }

    /// <summary>What a command line and the environment together ask for.</summary>
    public Settings Read(ParseResult line, Terminal terminal)
    {
        string? Env(string name) => terminal.Variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
        var (vault, server, data) = (line.GetValue(Vault), line.GetValue(Server), line.GetValue(Data));

        // What the command line names goes before what variables say, be it a node or a vault's folder.
        var isNodeNamed = server is not null || data is not null;
        return new()
        {
            Vault = vault ?? Env("HOLDFAST_VAULT"),
            Server = server ?? (data is null ? Env("HOLDFAST_SERVER") : null),
            DataFolder = data ?? (server is null ? Env("HOLDFAST_DATA") : null),
            IsFolderNamed = !isNodeNamed && vault?.Contains('/', StringComparison.Ordinal) is true,
            CaFile = line.GetValue(CaFile) ?? Env("HOLDFAST_CA_FILE"),
            CredentialFile = line.GetValue(CredentialFile) ?? Env("HOLDFAST_CREDENTIAL_FILE"),
            PassphraseFile = line.GetValue(PassphraseFile),
            RecoveryKeyFile = line.GetValue(RecoveryKeyFile),
            StoreCredentials = line.GetValue(StoreCredentials),
            LimitUpload = line.GetValue(LimitUpload),
            LimitDownload = line.GetValue(LimitDownload),
            Connect = line.GetValue(Connect) ?? Env("LIBVIRT_DEFAULT_URI"),
            Output = line.GetValue(Output),
            Language = FaultLanguages.Best(line.GetValue(Language) ?? Env("LC_ALL") ?? Env("LC_MESSAGES") ?? Env("LANG")),
            Offline = line.GetValue(Offline),
            Quiet = line.GetValue(Quiet),
            Colour = !line.GetValue(NoColor) && Env("NO_COLOR") is null && Env("TERM") != "dumb",
        };
    }
}
