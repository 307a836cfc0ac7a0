using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>Compares values by the JSON that they are stored as. Values are replaced, never changed in place.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class JsonTextComparer<T>() : ValueComparer<T>(
    (a, b) => JsonSerializer.Serialize(a, RowJson.Options) == JsonSerializer.Serialize(b, RowJson.Options),
    value => JsonSerializer.Serialize(value, RowJson.Options).GetHashCode(StringComparison.Ordinal),
    value => value)
    where T : class;
