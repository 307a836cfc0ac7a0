namespace Holdfast.Cli.Documents;

/// <summary>Whether programs may be run in the guest of a protected item's VM, in JSON.</summary>
internal sealed record GuestProgramsDocument(string Vm, string Vault, bool Allowed);
