namespace Holdfast.Vault;

/// <summary>What a vault may demand of a program beyond the first version, per operation. What this version doesn't know it refuses.</summary>
internal static class VaultFeatures
{
    /// <summary>Points are kept for a time: who writes or collects garbage has to know.</summary>
    public const string Immutability = "immutability";

    /// <summary>The vault has more than one data key.</summary>
    public const string KeyEpochs = "key-epochs";

    private static readonly string[] Known = [Immutability, KeyEpochs];

    /// <summary>No operation demands anything.</summary>
    public static IReadOnlyDictionary<VaultOperation, IReadOnlyList<string>> None { get; } =
        Enum.GetValues<VaultOperation>().ToDictionary(o => o, _ => (IReadOnlyList<string>)[]);

    /// <summary>The first feature that this version doesn't have; null if it has all.</summary>
    public static string? FirstUnknown(IEnumerable<string> names) => names.FirstOrDefault(n => !Known.Contains(n, StringComparer.Ordinal));

    /// <summary>Adds a feature to operations, or takes it away.</summary>
    public static IReadOnlyDictionary<VaultOperation, IReadOnlyList<string>> With(
        this IReadOnlyDictionary<VaultOperation, IReadOnlyList<string>> features, string name, bool isNeeded, params VaultOperation[] operations) =>
        features.ToDictionary(
            f => f.Key,
            f => (IReadOnlyList<string>)(!operations.Contains(f.Key) ? f.Value
                : isNeeded ? [.. f.Value.Where(n => n != name), name]
                : [.. f.Value.Where(n => n != name)]));
}
