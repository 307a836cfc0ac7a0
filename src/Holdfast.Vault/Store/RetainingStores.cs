namespace Holdfast.Vault;

/// <summary>Asking a store for its immutability, through whatever decorates it.</summary>
public static class RetainingStores
{
    /// <summary>The store's own immutability; null if it has none.</summary>
    public static IRetainingStore? AsRetaining(this IObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store as IRetainingStore ?? (store is IStoreDecorator decorator ? decorator.Inner.AsRetaining() : null);
    }
}
