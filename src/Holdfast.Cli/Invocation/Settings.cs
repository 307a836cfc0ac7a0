using Holdfast.Faults;

namespace Holdfast.Cli.Invocation;

/// <summary>What the global options and the environment ask for. Holds no secret.</summary>
internal sealed record Settings
{
    public string? Vault { get; init; }

    /// <summary>The address of the node that does it; goes before <see cref="DataFolder"/>.</summary>
    public string? Server { get; init; }

    /// <summary>The data folder of a node of this machine.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Whether the command line names a vault's folder and no node: then no variable leads to a node.</summary>
    public bool IsFolderNamed { get; init; }

    public string? CaFile { get; init; }
    public string? CredentialFile { get; init; }
    public string? PassphraseFile { get; init; }
    public string? RecoveryKeyFile { get; init; }

    /// <summary>The file of who asks remote stores; null for what the environment says.</summary>
    public string? StoreCredentials { get; init; }

    /// <summary>Bytes per second to vaults; null for no limit.</summary>
    public long? LimitUpload { get; init; }

    /// <summary>Bytes per second from vaults; null for no limit.</summary>
    public long? LimitDownload { get; init; }

    public string? Connect { get; init; }
    public OutputFormat Output { get; init; }
    public FaultLanguage Language { get; init; }
    public bool Offline { get; init; }
    public bool Quiet { get; init; }
    public bool Colour { get; init; }

    /// <summary>The vault's folder or URL, where a command can't do without.</summary>
    public string RequiredVault => Vault ?? throw InputFaults.VaultNotNamed().ToException();
}
