using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.ControlPlane.Access;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Points;
using Holdfast.Vault;

namespace Holdfast.Cli.Documents;

/// <summary>Writes enums as words in camelCase.</summary>
internal sealed class CamelCaseEnums : JsonConverterFactory
{
    private static readonly Dictionary<Type, JsonConverter> Known = new()
    {
        [typeof(Consistency)] = new JsonStringEnumConverter<Consistency>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(Consistency), JsonSerializerOptions.Default)!,
        [typeof(ReadMode)] = new JsonStringEnumConverter<ReadMode>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(ReadMode), JsonSerializerOptions.Default)!,
        [typeof(SourceKind)] = new JsonStringEnumConverter<SourceKind>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(SourceKind), JsonSerializerOptions.Default)!,
        [typeof(KeySlotKind)] = new JsonStringEnumConverter<KeySlotKind>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(KeySlotKind), JsonSerializerOptions.Default)!,
        [typeof(StoreCheck)] = new JsonStringEnumConverter<StoreCheck>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(StoreCheck), JsonSerializerOptions.Default)!,
        [typeof(AuditOutcome)] = new JsonStringEnumConverter<AuditOutcome>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(AuditOutcome), JsonSerializerOptions.Default)!,
        [typeof(RetentionSupport)] = new JsonStringEnumConverter<RetentionSupport>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(RetentionSupport), JsonSerializerOptions.Default)!,
        [typeof(ImmutabilityState)] = new JsonStringEnumConverter<ImmutabilityState>(JsonNamingPolicy.CamelCase).CreateConverter(typeof(ImmutabilityState), JsonSerializerOptions.Default)!,
    };

    public override bool CanConvert(Type typeToConvert) => Known.ContainsKey(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => Known[typeToConvert];
}
