using Holdfast.Faults;

namespace Holdfast.Cli.Invocation;

/// <summary>What the global options and the environment ask for. Holds no secret.</summary>
internal sealed record Settings
{
    public string? Vault { get; init; }
    public string? PassphraseFile { get; init; }
    public string? RecoveryKeyFile { get; init; }
    public string? Connect { get; init; }
    public OutputFormat Output { get; init; }
    public FaultLanguage Language { get; init; }
    public bool Quiet { get; init; }
    public bool Colour { get; init; }

    /// <summary>The vault's folder, where a command can't do without.</summary>
    public string RequiredVault => Vault ?? throw InputFaults.VaultNotNamed().ToException();
}
