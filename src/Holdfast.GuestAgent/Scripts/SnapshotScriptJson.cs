using System.Text.Json.Serialization;

namespace Holdfast.GuestAgent.Scripts;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.Strict,
    MaxDepth = 4)]
[JsonSerializable(typeof(SnapshotScriptConfig))]
internal sealed partial class SnapshotScriptJson : JsonSerializerContext;
