using System.Globalization;
using System.Text.Json;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Api.Requests;

/// <summary>
/// Reads a JSON object of a request's body, strictly: <see cref="Done"/> refuses what nobody asked for, and each refusal names the field by its
/// path. Fields that only the server writes, which clients send back after a GET, are named with <see cref="Ignore"/>.
/// </summary>
public sealed class BodyObject
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly List<BodyObject> _children = [];
    private readonly string _path;

    private BodyObject(JsonElement element, string path)
    {
        _path = path;
        foreach (var field in element.EnumerateObject())
            _fields.Add(field.Name, field.Value);
    }

    /// <summary>The body as a whole.</summary>
    public static BodyObject Root(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? new(element, "") : throw Invalid("body", "object");

    /// <summary>A path of a field below this object, for messages.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : _path + "." + name;

    /// <summary>Fields that are accepted and have no effect.</summary>
    public BodyObject Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _fields.Remove(name);
        return this;
    }

    /// <summary>An object, or null where the field is absent or null. It is checked by this object's <see cref="Done"/>, too.</summary>
    public BodyObject? Child(string name)
    {
        if (Take(name) is not { } value)
            return null;
        var child = value.ValueKind == JsonValueKind.Object ? new BodyObject(value, PathOf(name)) : throw Invalid(PathOf(name), "object");
        _children.Add(child);
        return child;
    }

    /// <summary>An object that must be there.</summary>
    public BodyObject RequiredChild(string name) => Child(name) ?? throw Missing(name);

    /// <summary>A value as it came; absent and null are null.</summary>
    public JsonElement? Raw(string name) => Take(name);

    /// <summary>A string, or null.</summary>
    public string? Text(string name)
    {
        if (Take(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= ArmId.MaxLength } text && !text.Any(char.IsControl)
            ? text : throw Invalid(PathOf(name), "string");
    }

    /// <summary>A string that must be there.</summary>
    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text : throw Missing(name);

    /// <summary>One of some words, in the spelling given here; or null. Case doesn't count.</summary>
    public string? Word(string name, params string[] accepted) => Text(name) is not { } text ? null
        : accepted.FirstOrDefault(a => a.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Invalid(PathOf(name), string.Join(" | ", accepted));

    /// <summary>True or false, or null.</summary>
    public bool? Flag(string name) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Invalid(PathOf(name), "boolean"),
    };

    /// <summary>A whole number within limits, or null.</summary>
    public int? Number(string name, int min, int max) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) && number >= min && number <= max => number,
        _ => throw Invalid(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"{min} … {max}")),
    };

    /// <summary>A list of whole numbers, or null.</summary>
    public IReadOnlyList<int>? Numbers(string name, int min, int max, int countMax)
    {
        if (Take(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > countMax)
            throw Invalid(PathOf(name), "integer[]");
        return [.. value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var n) && n >= min && n <= max
            ? n : throw Invalid(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"integer[] ({min} … {max})")))];
    }

    /// <summary>A map of strings, or null.</summary>
    public IReadOnlyDictionary<string, string>? Texts(string name, int countMax)
    {
        if (Take(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > countMax
            || value.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
            throw Invalid(PathOf(name), "{string: string}");
        return value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
    }

    /// <summary>An instant with its offset from UTC (RFC 3339; no offset means UTC), or null.</summary>
    public DateTimeOffset? Instant(string name) => Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            && text.Contains('T', StringComparison.Ordinal)
            ? instant : throw Invalid(PathOf(name), "yyyy-MM-ddTHH:mm:ssZ");

    /// <summary>A resource's id of the given type, or null where the field is absent, null or empty.</summary>
    public ArmId? Id(string name, string type)
    {
        if (Text(name) is not { Length: > 0 } text)
            return null;
        if (!ArmId.TryParse(text, out var id))
            throw RequestFaults.ResourceIdInvalid(PathOf(name)).ToException();
        return id.ResourceType.Equals(type, StringComparison.OrdinalIgnoreCase) ? id : throw Invalid(PathOf(name), "/subscriptions/…/" + type + "/…");
    }

    /// <summary>A resource's id that must be there.</summary>
    public ArmId RequiredId(string name, string type) => Id(name, type) ?? throw Missing(name);

    /// <summary>Refuses fields that nobody asked for.</summary>
    public void Done()
    {
        if (_fields.Count > 0)
            throw RequestFaults.FieldUnknown(PathOf(_fields.Keys.First())).ToException();
        foreach (var child in _children)
            child.Done();
    }

    /// <summary>The refusal of a field's value.</summary>
    public FaultException Refuse(string name, string expected) => Invalid(PathOf(name), expected);

    private FaultException Missing(string name) => RequestFaults.FieldMissing(PathOf(name)).ToException();

    private static FaultException Invalid(string path, string expected) => RequestFaults.FieldInvalid(path, expected).ToException();

    private JsonElement? Take(string name) => _fields.Remove(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
