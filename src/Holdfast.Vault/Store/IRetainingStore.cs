namespace Holdfast.Vault;

/// <summary>A store that can itself refuse to delete an object before a date, also to the owner of its credentials.</summary>
/// <remarks>
/// Optional: a store that hasn't it leaves immutability to whoever deletes. Decorators (<see cref="IStoreDecorator"/>) need not know of it, and one that
/// does counts only where the store that it decorates has it: ask through <see cref="RetainingStores.AsRetaining"/>, never by a cast. A date only ever moves later. Deleting a retained object fails with
/// <see cref="VaultErrorKind.Retained"/>.
/// </remarks>
public interface IRetainingStore
{
    /// <summary>Finds out by trying, with an object of its own that is retained for some seconds, whether the store keeps what it promises.</summary>
    ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct);

    /// <summary>Retains an object at least until this time, never less firmly than it is. Does nothing if it is retained longer already. To be called again before it ends, if still needed.</summary>
    /// <exception cref="VaultException">Unsupported: this store can't. Io, PermissionDenied: it refused.</exception>
    ValueTask RetainUntilAsync(ObjectName name, DateTimeOffset until, CancellationToken ct);

    /// <summary>Until when the store retains an object, and how firmly; null if it doesn't (or there is no such object).</summary>
    ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct);

    /// <summary>
    /// From now on objects whose names the rule picks are created retained, before their creation is reported, where the store can; one that can't retain
    /// creates them all the same.
    /// </summary>
    /// <param name="untilOf">The date of a new object; null for one that isn't to be retained. Null for no rule.</param>
    void RetainNewObjects(Func<ObjectName, DateTimeOffset?>? untilOf);

    /// <summary>Retains an object as the rule of <see cref="RetainNewObjects"/> has it, where the store can: one whose creation broke off before that was seen.</summary>
    ValueTask RetainNewAsync(ObjectName name, CancellationToken ct);
}
