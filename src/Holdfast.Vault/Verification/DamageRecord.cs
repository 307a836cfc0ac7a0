using System.Text.Json;

namespace Holdfast.Vault;

/// <summary>Writes down that a pack is damaged, once: from then on nobody deduplicates against it (INV-7).</summary>
internal static class DamageRecord
{
    public static async Task WriteAsync(
        IObjectStore store, VaultKeys keys, TimeProvider time, PackInfo pack, string reason, CancellationToken ct)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            w.WriteString("pack", pack.Name.Value);
            w.WriteString("reason", reason);
            w.WriteString("foundUtc", time.GetUtcNow().UtcDateTime);
            w.WriteEndObject();
        }

        var name = Names.DamagedPack(pack.Id);
        try
        {
            await store.CreateAsync(name, SealedObject.Seal(keys, SealLabel.Damage, name, json.ToArray()), ct);
        }
        catch (VaultException e) when (e.Kind is VaultErrorKind.PermissionDenied or VaultErrorKind.NoSpace)
        {
            // A vault that can't be written to can still be read and checked; this process knows of the damage anyway.
        }
    }
}
