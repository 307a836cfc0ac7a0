namespace Holdfast.Cli.Remote;

/// <summary>How a node is reached. Holds no secret.</summary>
/// <param name="Address">Its address; on its own machine any, since the socket leads there.</param>
/// <param name="DataFolder">The data folder whose socket is taken, on its own machine; else null.</param>
/// <param name="CaFile">The authority to trust; null for the system's.</param>
/// <param name="CredentialFile">What to log in with; null on its own machine.</param>
/// <param name="Vault">Name or id of the vault that is meant; null for all.</param>
internal sealed record NodeEndpoint(Uri Address, string? DataFolder, string? CaFile, string? CredentialFile, string? Vault)
{
    /// <summary>How messages name it.</summary>
    public string Name => DataFolder ?? Address.GetLeftPart(UriPartial.Authority);
}
