using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Holdfast.Faults.Tests.Coverage;

/// <summary>
/// Reads from built test assemblies which tests prove which conditions, without loading them: by their attribute, and for end-to-end
/// tests, which are provocations, also by the ids that their names begin with.
/// </summary>
internal static partial class ProvenConditions
{
    private const ushort Prolog = 1;
    private const string EndToEnd = "Holdfast.EndToEnd.Tests";

    [GeneratedRegex("^(?:([BJRPASN][0-9]{2})_)+", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingIds { get; }

    /// <summary>The test assemblies that were built beside this one, by name.</summary>
    public static IReadOnlyDictionary<string, string> Assemblies { get; } = Beside().ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => f);

    public static IReadOnlyList<ProvenCondition> Read() =>
        [.. Assemblies.OrderBy(a => a.Key, StringComparer.Ordinal).SelectMany(a => Read(a.Key, a.Value)).OrderBy(p => p.Test, StringComparer.Ordinal)];

    private static IEnumerable<string> Beside()
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var inside = Path.GetRelativePath(ProjectFolder(own), own);
        return Directory.EnumerateDirectories(Path.GetDirectoryName(ProjectFolder(own))!, "*.Tests")
            .Select(d => Path.Combine(d, inside, Path.GetFileName(d) + ".dll")).Where(File.Exists);
    }

    private static string ProjectFolder(string own) => own[..own.LastIndexOf(Path.DirectorySeparatorChar + "bin" + Path.DirectorySeparatorChar, StringComparison.Ordinal)];

    private static List<ProvenCondition> Read(string name, string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        var metadata = image.GetMetadataReader();
        var proven = new List<ProvenCondition>();
        foreach (var method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition))
        {
            var test = metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name) + "." + metadata.GetString(method.Name);
            foreach (var attribute in method.GetCustomAttributes().Select(metadata.GetCustomAttribute).Where(a => IsCondition(metadata, a)))
            {
                proven.Add(Value(metadata.GetBlobReader(attribute.Value), name, test));
            }

            var named = name == EndToEnd ? LeadingIds.Match(metadata.GetString(method.Name)).Groups[1].Captures.Select(c => c.Value) : [];
            proven.AddRange(named.Where(id => !proven.Any(p => p.Test == test && p.Condition == id))
                .Select(id => new ProvenCondition(name, test, id, Proof.Provocation, "")));
        }

        return proven;
    }

    private static bool IsCondition(MetadataReader metadata, CustomAttribute attribute) =>
        attribute.Constructor.Kind == HandleKind.MethodDefinition
        && metadata.GetString(metadata.GetTypeDefinition(
            metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType()).Name) == nameof(ConditionAttribute);

    // ECMA-335 II.23.3: prolog, the constructor's two arguments, then the one property, a string, if it was set.
    private static ProvenCondition Value(BlobReader value, string assembly, string test)
    {
        Assert.Equal(Prolog, value.ReadUInt16());
        var id = value.ReadSerializedString()!;
        var proof = (Proof)value.ReadInt32();
        var why = "";
        if (value.ReadUInt16() == 1)
        {
            _ = value.ReadUInt16();
            Assert.Equal(nameof(ConditionAttribute.Why), value.ReadSerializedString());
            why = value.ReadSerializedString() ?? "";
        }

        return new(assembly, test, id, proof, why);
    }
}
