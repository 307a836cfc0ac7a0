using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Protection.Health.Windows;

/// <summary>A writer or provider that vssadmin lists.</summary>
/// <param name="Name">The name between quotation marks.</param>
/// <param name="Id">Its id.</param>
/// <param name="State">A writer's state; null for providers, and where none could be read.</param>
internal sealed record VssEntry(string Name, Guid Id, int? State);

/// <summary>
/// What <c>vssadmin list writers</c> and <c>list providers</c> print, in any language: a name between quotation marks opens an entry, the first id is
/// its own, and the state has its number in brackets. 1 is stable.
/// </summary>
internal static partial class VssList
{
    public const int Stable = 1;
    private const int EntriesMax = 512;

    /// <summary>The provider that the VM agent brings along.</summary>
    public static readonly Guid AgentProvider = new("3629d4ed-ee09-4e0e-9a5c-6d8ba2872aef");

    /// <summary>The writer of SQL Server.</summary>
    public static readonly Guid SqlServer = new("a65faa63-5ea8-4ebc-9dbd-a0c4db26912a");

    // What serves a writer, by the writer's id, which is the same in every language.
    private static readonly Dictionary<Guid, string> Services = new()
    {
        [SqlServer] = "SQLWriter",
        [new("e8132975-6f93-4464-a53e-1050253ae220")] = "CryptSvc",
        [new("a6ad56c2-b509-4e6c-bb19-49d8f43532f0")] = "Winmgmt",
        [new("afbab4a2-367d-4d15-a586-71dbb18f8485")] = "VSS",
        [new("542da469-d3e1-473c-9f4f-7847f01fc64f")] = "VSS",
        [new("4dc3bdd4-ab48-4d07-adb0-3bee2926fd7f")] = "VSS",
        [new("be000cbe-11fe-4426-9c58-531aa6355fc4")] = "VSS",
        [new("75dfb225-e2e4-4d39-9ac9-ffaff65ddf06")] = "VSS",
        [new("4969d978-be47-48b0-b100-f328f07ac1e0")] = "BITS",
        [new("d61d61c8-d73a-4eee-8cdd-f6f9786b7124")] = "Schedule",
        [new("2a40fd15-dfca-4aa8-a654-1f8c654603f6")] = "AppHostSvc",
        [new("59b1f0cf-90ef-465f-9609-6ca8b2938366")] = "IISADMIN",
        [new("b2014c9e-8711-4c5c-a5a9-3cf384484757")] = "NTDS",
        [new("be9ac81e-3619-421f-920f-4c6fea9e93ad")] = "DHCPServer",
        [new("76fe1ac4-15f7-4bcd-987e-8e1acb462fb7")] = "MSExchangeIS",
        [new("66841cd4-6ded-4f4b-8f17-fd23f8ddc3de")] = "vmms",
        [new("cd3f2362-8bef-46c7-9181-d62844cdc0b2")] = "WSearch",
        [new("2707761b-2324-473d-88eb-eb007a359533")] = "DFSR",
        [new("12ce4370-5bb7-4c58-a76a-e5d5097e3674")] = "srmsvc",
    };

    /// <summary>The service to restart for a writer; '?' where it isn't known.</summary>
    public static string ServiceOf(VssEntry writer) => Services.GetValueOrDefault(writer.Id, "?");

    /// <summary>Reads the list; null where an entry isn't whole, or where there is none at all.</summary>
    public static IReadOnlyList<VssEntry>? Parse(string text, bool hasStates)
    {
        var entries = new List<VssEntry>();
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (Name().Match(line) is { Success: true } name)
            {
                if (entries.Count == EntriesMax)
                    return null;
                entries.Add(new VssEntry(name.Groups[1].Value, Guid.Empty, null));
            }
            else if (entries is [.., var last])
            {
                if (last.Id == Guid.Empty && Id().Match(line) is { Success: true } id)
                    entries[^1] = last with { Id = Guid.Parse(id.Value) };
                else if (last.State is null && State().Match(line) is { Success: true } state)
                    entries[^1] = last with { State = int.Parse(state.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) };
            }
        }

        return entries.Count > 0 && entries.TrueForAll(e => e.Id != Guid.Empty && (!hasStates || e.State is not null)) ? entries : null;
    }

    [GeneratedRegex(@"^\S.{0,80}'([^']{1,120})'\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"\{[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(@"\[([0-9]{1,2})\]", RegexOptions.NonBacktracking)]
    private static partial Regex State();
}
