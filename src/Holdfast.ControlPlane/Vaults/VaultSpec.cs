namespace Holdfast.ControlPlane.Vaults;

/// <summary>What a request to create or replace a vault says.</summary>
/// <param name="Location">Its location; must be that of a host.</param>
/// <param name="Settings">Its settings; what is null is set to its default in a new vault and left alone in an existing one.</param>
public sealed record VaultSpec(string Location, VaultSettings Settings);
