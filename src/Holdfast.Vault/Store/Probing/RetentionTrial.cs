using System.Security.Cryptography;

namespace Holdfast.Vault;

/// <summary>Tries whether a store keeps a retained object: by retaining one for a minute and deleting it at once.</summary>
public static class RetentionTrial
{
    private const string Kept = StoreProbe.Prefix + "retained/";
    private static readonly TimeSpan For = TimeSpan.FromSeconds(60);

    /// <summary>Tries it. The object of a store that keeps its word stays for a minute, and goes with the next trial.</summary>
    /// <param name="store">The store.</param>
    /// <param name="createAsync">Creates an object that is retained until a date.</param>
    /// <param name="deleteAsync">Deletes an object as somebody does who doesn't ask for its date.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<RetentionProbe> RunAsync(
        IObjectStore store, Func<ObjectName, byte[], DateTimeOffset, CancellationToken, ValueTask> createAsync,
        Func<ObjectName, CancellationToken, ValueTask> deleteAsync, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(createAsync);
        ArgumentNullException.ThrowIfNull(deleteAsync);
        foreach (var left in await store.ListAllAsync(Kept, ct))
        {
            await TryDeleteAsync(deleteAsync, left.Name, ct);
        }

        var name = ObjectName.Of($"{Kept}{Guid.NewGuid():N}");
        try
        {
            await createAsync(name, RandomNumberGenerator.GetBytes(32), time.GetUtcNow() + For, ct);
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.Unsupported or VaultErrorKind.PermissionDenied or VaultErrorKind.Io)
        {
            await store.DeleteAsync(name, ct);
            return new RetentionProbe(RetentionSupport.Unsupported, e.Message);
        }

        // Asked before, and of the object itself: where versions are kept, the blob may be gone while its version was refused, and the setting may have been another's.
        var isFinal = store.AsRetaining() is { } retaining && await retaining.GetRetentionAsync(name, ct) is { IsFinal: true };
        return await TryDeleteAsync(deleteAsync, name, ct)
            ? new RetentionProbe(
                RetentionSupport.NotEnforced, $"Not enforced here: {store.Description} took the date of an object, and deleted it all the same.")
            : isFinal ? new RetentionProbe(RetentionSupport.Enforced, $"{store.Description} refused to delete an object that it had been told to keep.")
            : new RetentionProbe(
                RetentionSupport.Revocable,
                $"{store.Description} refused to delete an object that it had been told to keep; but whoever has the right to can end that early (GOVERNANCE, unlocked policies).");
    }

    private static async Task<bool> TryDeleteAsync(Func<ObjectName, CancellationToken, ValueTask> deleteAsync, ObjectName name, CancellationToken ct)
    {
        try
        {
            await deleteAsync(name, ct);
            return true;
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.Retained or VaultErrorKind.PermissionDenied)
        {
            return false;
        }
    }
}
