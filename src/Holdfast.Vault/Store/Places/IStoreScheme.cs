namespace Holdfast.Vault;

/// <summary>A kind of remote store, by the form of its places.</summary>
public interface IStoreScheme
{
    /// <summary>The kind, as figures name it.</summary>
    string Kind { get; }

    /// <summary>Whether a place has the form of this kind.</summary>
    bool Knows(string place);

    /// <summary>Opens the store of a place. Asks it nothing yet.</summary>
    /// <exception cref="VaultException">PlaceInvalid: the place can't be used. NotAuthenticated: there are no credentials for it.</exception>
    IObjectStore Open(string place, StoreContext context);
}
