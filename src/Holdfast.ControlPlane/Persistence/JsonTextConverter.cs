using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>Stores a value as JSON in a text column.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class JsonTextConverter<T>() : ValueConverter<T, string>(
    value => JsonSerializer.Serialize(value, RowJson.Options), text => JsonSerializer.Deserialize<T>(text, RowJson.Options)!)
    where T : class;

/// <summary>How rows write JSON.</summary>
internal static class RowJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(), new FaultJsonConverter() },
        // What is worked out from other members isn't stored.
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
