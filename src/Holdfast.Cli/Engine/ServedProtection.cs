namespace Holdfast.Cli.Engine;

/// <summary>A protected item of a node.</summary>
/// <param name="Path">The item's address.</param>
/// <param name="Vault">Its vault's name.</param>
/// <param name="Vm">The VM's name.</param>
/// <param name="RefusesGuestPrograms">Whether examinations run no program in its guest.</param>
internal sealed record ServedProtection(string Path, string Vault, string Vm, bool RefusesGuestPrograms);
