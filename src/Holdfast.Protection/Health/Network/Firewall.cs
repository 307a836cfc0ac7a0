using System.ComponentModel;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Health.Network;

/// <summary>Reads the rules of this node's firewall, which changes nothing. Only root may.</summary>
internal static class Firewall
{
    private const int CharsMax = 8 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/bin"];

    public static async Task<NftRuleset?> ReadAsync(CancellationToken ct)
    {
        if (Folders.Select(f => Path.Combine(f, "nft")).FirstOrDefault(File.Exists) is not { } nft)
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            await using var process = await BoundProcess.StartAsync(nft, ["--json", "--numeric", "list", "ruleset"]).ConfigureAwait(false);
            process.Input.Close();
            var said = new char[64 * 1024];
            var text = new System.Text.StringBuilder();
            while (await process.Output.ReadAsync(said, limit.Token).ConfigureAwait(false) is > 0 and var count)
            {
                if (text.Length + count > CharsMax)
                    return null;
                text.Append(said, 0, count);
            }

            return NftRuleset.Parse(text.ToString());
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }
}
