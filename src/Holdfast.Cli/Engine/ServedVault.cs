namespace Holdfast.Cli.Engine;

/// <summary>A vault of a node.</summary>
/// <param name="Id">Its resource id.</param>
/// <param name="Name">Its name.</param>
/// <param name="VaultId">The id that names its store.</param>
/// <param name="Location">Its location.</param>
/// <param name="SoftDelete">Whether deleted items are kept for a time.</param>
internal sealed record ServedVault(string Id, string Name, Guid VaultId, string Location, string SoftDelete);
