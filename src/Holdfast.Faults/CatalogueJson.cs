using System.Text.Json.Serialization;

namespace Holdfast.Faults;

/// <summary>Reads the catalogue's JSON without reflection; unknown or missing members are errors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogueArea))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, Dictionary<string, string>>>), TypeInfoPropertyName = "TermTables")]
[JsonSerializable(typeof(Dictionary<string, GuideItem>), TypeInfoPropertyName = "Guides")]
[JsonSerializable(typeof(TopicFile))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
