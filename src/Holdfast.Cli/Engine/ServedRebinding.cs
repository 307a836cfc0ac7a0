namespace Holdfast.Cli.Engine;

/// <summary>A protected item that may be bound to another VM.</summary>
/// <param name="Path">The item's address.</param>
/// <param name="Vault">Its vault's name.</param>
/// <param name="Vm">The VM's name.</param>
/// <param name="From">The UUID that it had.</param>
/// <param name="Proposed">The UUID of the VM that has its name now, where the node proposes one.</param>
internal sealed record ServedRebinding(string Path, string Vault, string Vm, Guid From, Guid? Proposed);
