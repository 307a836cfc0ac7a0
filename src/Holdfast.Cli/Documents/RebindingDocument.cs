namespace Holdfast.Cli.Documents;

/// <summary>A protected item that was bound to another VM, in JSON.</summary>
internal sealed record RebindingDocument(string Vm, string Vault, Guid From, Guid To);
