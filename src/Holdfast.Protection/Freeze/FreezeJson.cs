using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Protection.Freeze;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, MaxDepth = 8)]
[JsonSerializable(typeof(GuardOrder))]
[JsonSerializable(typeof(FreezeIntent))]
internal sealed partial class FreezeJson : JsonSerializerContext
{
    /// <summary>Reads a value, or null where the text isn't one.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
