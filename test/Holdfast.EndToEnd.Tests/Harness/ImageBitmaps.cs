using System.Text.Json;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Asks qemu-img which dirty bitmaps an image holds that no QEMU has open.</summary>
public static class ImageBitmaps
{
    /// <summary>Names of the bitmaps.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(string image)
    {
        using var info = JsonDocument.Parse(await Tool.RunAsync("qemu-img", "info", "-U", "--output=json", image).ConfigureAwait(false));
        return info.RootElement.GetProperty("format-specific").GetProperty("data").TryGetProperty("bitmaps", out var bitmaps)
            ? [.. bitmaps.EnumerateArray().Select(b => b.GetProperty("name").GetString()!)]
            : [];
    }
}
