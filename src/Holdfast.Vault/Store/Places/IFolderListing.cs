namespace Holdfast.Vault;

/// <summary>A store that can list what its names begin with, up to the first '/', without listing everything below. Optional.</summary>
public interface IFolderListing
{
    /// <summary>The beginnings, each once.</summary>
    IAsyncEnumerable<string> ListFoldersAsync(CancellationToken ct);
}
