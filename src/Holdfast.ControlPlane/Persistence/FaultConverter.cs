using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>Stores a fault as code and parameters, never as rendered text (INV-3).</summary>
public sealed class FaultConverter() : ValueConverter<Fault, string>(
    fault => JsonSerializer.Serialize(fault, RowJson.Options), text => JsonSerializer.Deserialize<Fault>(text, RowJson.Options)!);

/// <summary>Compares faults by value.</summary>
public sealed class FaultComparer() : ValueComparer<Fault>((a, b) => a == null ? b == null : a.Equals(b), f => f.GetHashCode(), f => f);

/// <summary>Reads and writes a fault as <c>{"code":…,"parameters":{…}}</c>.</summary>
internal sealed class FaultJsonConverter : JsonConverter<Fault>
{
    public override Fault Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonSerializer.Deserialize<Stored>(ref reader, options);
        return stored is { Code.Length: > 0 } ? Fault.FromStored(stored.Code, stored.Parameters ?? []) : throw new JsonException("This is no fault.");
    }

    public override void Write(Utf8JsonWriter writer, Fault value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Stored(value.Code.Value, new Dictionary<string, string>(value.Parameters)), options);

    private sealed record Stored(string Code, Dictionary<string, string>? Parameters);
}
