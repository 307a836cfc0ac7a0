using System.Text.Json;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>How notes in a vault's store are written. What a reader doesn't know it skips; a newer format it refuses.</summary>
internal static class NoteJson
{
    public static byte[] Write<T>(T note) => JsonSerializer.SerializeToUtf8Bytes(note, RowJson.Options);

    /// <returns>The note; null where it can't be read as one.</returns>
    public static T? TryRead<T>(byte[]? bytes)
        where T : class
    {
        try
        {
            return bytes is null ? null : JsonSerializer.Deserialize<T>(bytes, RowJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
