using System.Text.Json;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Asks a running QEMU itself which dirty bitmaps a disk has: libvirt's own list isn't the truth.</summary>
public static class LiveBitmaps
{
    /// <summary>Names of the bitmaps of the node that <paramref name="target"/> writes to.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(Guest guest, string target)
    {
        var path = (await Tool.VirshAsync("domblklist", guest.Name).ConfigureAwait(false)).Split('\n')
            .Select(l => l.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .First(l => l.Length == 2 && l[0] == target)[1];
        var answer = await Tool.VirshAsync("qemu-monitor-command", guest.Name, """{"execute":"query-named-block-nodes","arguments":{"flat":true}}""")
            .ConfigureAwait(false);
        using var nodes = JsonDocument.Parse(answer);
        return
        [
            .. nodes.RootElement.GetProperty("return").EnumerateArray()
                .Where(n => n.GetProperty("file").GetString() == path && n.TryGetProperty("dirty-bitmaps", out _))
                .SelectMany(n => n.GetProperty("dirty-bitmaps").EnumerateArray())
                .Select(b => b.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "").Where(n => n.Length > 0).Distinct(),
        ];
    }
}
