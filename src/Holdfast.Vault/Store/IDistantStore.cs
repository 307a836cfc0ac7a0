namespace Holdfast.Vault;

/// <summary>A store at which a request costs more than the bytes near those that are asked for: it is read in few large pieces. Optional.</summary>
public interface IDistantStore;
