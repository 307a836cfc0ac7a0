namespace Holdfast.Vault;

/// <summary>A store that adds something to another one: retries, limits, figures.</summary>
public interface IStoreDecorator : IObjectStore
{
    /// <summary>The store that it decorates.</summary>
    IObjectStore Inner { get; }
}
