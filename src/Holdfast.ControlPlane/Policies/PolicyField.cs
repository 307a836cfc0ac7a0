using System.Globalization;
using System.Text.Json;
using Holdfast.Faults;
using NodaTime;

namespace Holdfast.ControlPlane.Policies;

/// <summary>A value of a policy's JSON and where it stands, so that whatever is wrong with it can be named. Null counts as absent.</summary>
internal readonly struct PolicyField
{
    private const int ItemsMax = 64;

    private readonly JsonElement _value;

    public PolicyField(JsonElement value, string path)
    {
        _value = value;
        Path = path;
    }

    /// <summary>The value's place, as in <c>retentionPolicy.dailySchedule.retentionTimes[0]</c>; empty at the top.</summary>
    public string Path { get; }

    /// <summary>Refuses what isn't an object, and names that aren't known or stand twice.</summary>
    public PolicyField WithNames(params ReadOnlySpan<string> known)
    {
        Expect(JsonValueKind.Object, "object");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in _value.EnumerateObject())
        {
            var name = NameOf(property);
            if (!known.Contains(name))
                throw PolicyFaults.FieldUnknown(At(name)).ToException();
            if (!seen.Add(name))
                throw PolicyFaults.FieldRepeated(At(name)).ToException();
        }

        return this;
    }

    /// <summary>The member of that name, or null where it's absent.</summary>
    public PolicyField? Find(string name) =>
        _value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new PolicyField(value, At(name)) : null;

    /// <summary>The member of that name; a fault where it's absent.</summary>
    public PolicyField Get(string name) => Find(name) ?? throw PolicyFaults.FieldMissing(At(name)).ToException();

    /// <summary>Refuses the member of that name where it's present and not an empty list.</summary>
    public void Without(string name, PolicyField cause)
    {
        if (Find(name) is { } field && !(field._value.ValueKind == JsonValueKind.Array && field._value.GetArrayLength() == 0))
            throw PolicyFaults.FieldsExclude(field.Path, cause.Path, cause.Shown).ToException();
    }

    /// <summary>The items of a list that has at least one.</summary>
    public IReadOnlyList<PolicyField> Items()
    {
        Expect(JsonValueKind.Array, "array");
        var count = _value.GetArrayLength();
        if (count == 0)
            throw PolicyFaults.FieldMissing(Path + "[0]").ToException();
        if (count > ItemsMax)
            throw PolicyFaults.NumberOutOfRange(Path + ".length", count.ToString(CultureInfo.InvariantCulture), 1, ItemsMax).ToException();
        var path = Path;
        return [.. _value.EnumerateArray().Select((item, i) => new PolicyField(item, $"{path}[{i}]"))];
    }

    /// <summary>Does something with each item of a list, which may be empty.</summary>
    public void Each(Action<PolicyField> action)
    {
        Expect(JsonValueKind.Array, "array");
        foreach (var item in _value.EnumerateArray())
            action(new PolicyField(item, Path + "[]"));
    }

    /// <summary>A text.</summary>
    public string Text()
    {
        Expect(JsonValueKind.String, "string");
        try
        {
            return _value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // JSON can spell half of a character, which is no text.
            throw PolicyFaults.FieldType(Path, "string").ToException();
        }
    }

    /// <summary>True or false.</summary>
    public bool Flag()
    {
        if (_value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw PolicyFaults.FieldType(Path, "boolean").ToException();
        return _value.GetBoolean();
    }

    /// <summary>A whole number within bounds.</summary>
    public int Whole(int minimum, int maximum)
    {
        Expect(JsonValueKind.Number, "number");
        return _value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw PolicyFaults.NumberOutOfRange(Path, Shown, minimum, maximum).ToException();
    }

    /// <summary>One of a few words, without regard to case.</summary>
    public T OneOf<T>(params ReadOnlySpan<(string Word, T Meaning)> words)
    {
        var text = Text();
        foreach (var (word, meaning) in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                return meaning;
        }

        var allowed = new List<string>();
        foreach (var (word, _) in words)
            allowed.Add(word);
        throw PolicyFaults.ValueNotAllowed(Path, text, allowed).ToException();
    }

    /// <summary>A member of an enumeration, by its name.</summary>
    public T Named<T>(T first, T last)
        where T : struct, Enum =>
        OneOf([.. Enum.GetValues<T>().Where(v => Comparer<T>.Default.Compare(v, first) >= 0 && Comparer<T>.Default.Compare(v, last) <= 0)
            .Select(v => (v.ToString(), v))]);

    /// <summary>The time of day of a timestamp whose date means nothing. Azure's clients write it with the zone's clock as if it were UTC.</summary>
    public LocalTime TimeOfDay()
    {
        var text = Text();
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

        // A client writes a time by itself as an instant; "16:00" alone could mean anything.
        if (!text.Contains('T', StringComparison.Ordinal)
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)
            || time.TimeOfDay.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            throw PolicyFaults.TimeInvalid(Path, text).ToException();
        }

        return new LocalTime(time.Hour, time.Minute);
    }

    /// <summary>The value as the client wrote it.</summary>
    public string Shown => _value.ValueKind == JsonValueKind.String ? Text() : _value.GetRawText();

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw PolicyFaults.FieldUnknown(At("?")).ToException();
        }
    }

    private string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private void Expect(JsonValueKind kind, string name)
    {
        if (_value.ValueKind != kind)
            throw PolicyFaults.FieldType(Path.Length == 0 ? "properties" : Path, name).ToException();
    }
}
