namespace Holdfast.Vault;

/// <summary>Asking a store for its immutability, through whatever decorates it.</summary>
public static class RetainingStores
{
    /// <summary>The store's own immutability; null if it has none.</summary>
    public static IRetainingStore? AsRetaining(this IObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store is not IStoreDecorator decorator ? store as IRetainingStore
            : decorator.Inner.AsRetaining() is { } inner ? decorator as IRetainingStore ?? inner
            : null;
    }
}
