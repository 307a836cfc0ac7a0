using System.Globalization;
using CsCheck;

namespace Holdfast.Faults.Tests;

public sealed class ExplainTests
{
    // Each line of the set is found among the first three; of all of them so many may not be first.
    private const int NotFirstMax = 8;
    private const int ConditionsCount = 67;

    private static IEnumerable<string> Lines(string name)
    {
        using var reader = new StreamReader(typeof(ExplainTests).Assembly.GetManifestResourceStream(name)!);
        return [.. reader.ReadToEnd().Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
    }

    private static IEnumerable<(string Condition, string Text)> Paraphrases => Lines("paraphrases.txt").Select(l => (l[..3], l[4..]));

    private static int Rank(string text, string condition)
    {
        var found = FaultFinder.Shared.Find(text);
        return found.TakeWhile(m => !m.Entry.Conditions.Contains(condition)).Count() is var rank && rank < found.Count ? rank : int.MaxValue;
    }

    [Fact]
    public void Every_condition_is_found_by_what_people_paste_in_either_language()
    {
        var ranked = Paraphrases.Select(p => (p.Condition, p.Text, Rank: Rank(p.Text, p.Condition))).ToList();
        Assert.Empty(ranked.Where(r => r.Rank > 2).ToList());
        Assert.True(ranked.Count(r => r.Rank > 0) <= NotFirstMax, string.Join('\n', ranked.Where(r => r.Rank > 0)));
        foreach (var chinese in new[] { false, true })
        {
            Assert.Equal(ConditionsCount, Paraphrases.Where(p => p.Text.Any(ComparableText.IsHan) == chinese).Select(p => p.Condition).Distinct().Count());
        }
    }

    [Fact]
    public void Unrelated_texts_find_nothing() =>
        Assert.Empty(Lines("unrelated.txt").Select(l => (l, FaultFinder.Shared.Find(l).Select(m => m.Entry.Code))).Where(f => f.Item2.Any()).ToList());

    [Fact]
    public void A_code_or_number_of_ours_is_found_alone_and_within_a_text()
    {
        foreach (var entry in FaultCatalogue.Shared.Entries)
        {
            Assert.Same(entry, FaultFinder.Shared.Find(entry.Code.Value)[0].Entry);
            Assert.Same(entry, FaultFinder.Shared.Find("error [" + entry.Code.Value.ToUpperInvariant() + "]: web1")[0].Entry);
            Assert.Same(entry, Assert.Single(FaultFinder.Shared.Find(entry.Number.ToString(CultureInfo.InvariantCulture))).Entry);
        }
    }

    [Fact]
    public void A_code_of_azure_finds_the_entries_that_stand_for_it()
    {
        foreach (var entry in FaultCatalogue.Shared.Entries.Where(e => e.Guide is not null))
        {
            Assert.All(entry.Guide!.AzureCodes, code => Assert.Contains(entry, FaultFinder.Shared.Find("Error code: " + code, 50).Select(m => m.Entry)));
        }

        Assert.Equal("UserErrorVmNotFoundV2", FaultFinder.Shared.Find("400094")[0].Entry.Code.Value);
        Assert.Equal("GuestAgentSnapshotTaskStatusError", FaultFinder.Shared.Find("GuestAgentSnapshotTaskStatusError: agent of vm1")[0].Entry.Code.Value);
    }

    [Fact]
    public void The_words_beside_a_shared_code_decide_between_its_entries() =>
        Assert.Equal("HoldfastProxyRefused", FaultFinder.Shared.Find(
            "ExtensionSnapshotFailedNoNetwork: The proxy server p refused the way to https://store (status 407).")[0].Entry.Code.Value);

    [Fact]
    public void A_message_of_ours_is_found_whole_and_cut_off_with_any_values_in_it()
    {
        foreach (var (message, whole) in from l in Enum.GetValues<FaultLanguage>()
                                         from f in new[]
                                         {
                                             BackupFaults.ScratchReserveReached("web-01", "/scratch", 1 << 20, 1 << 30), RestoreFaults.TargetSpaceShort("/images", 3 << 20, 1 << 20),
                                             NetworkFaults.ClockSkew("store", TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(5)),
                                             AgentFaults.FreezeDidNotHold("web-01"), VaultFaults.VaultWrongKey("/vault"),
                                         }
                                         select (FaultCatalogue.Shared.Render(f, l).Message, f))
        {
            Assert.Equal(whole.Code, FaultFinder.Shared.Find(message)[0].Entry.Code);
            Assert.Contains(whole.Code, FaultFinder.Shared.Find(message[..(message.Length * 4 / 5)]).Take(3).Select(m => m.Entry.Code));
        }
    }

    [Fact]
    public void Full_width_letters_and_typographic_apostrophes_are_read_as_the_plain_ones()
    {
        Assert.Equal("UserErrorVmNotFoundV2", FaultFinder.Shared.Find("找不到　ＶＭ「web」")[0].Entry.Code.Value);
        Assert.Equal("GuestAgentSnapshotTaskStatusError", FaultFinder.Shared.Find("The VM agent isn’t responding")[0].Entry.Code.Value);
    }

    [Fact]
    public void No_text_breaks_the_search_and_scores_are_ordered() =>
        Gen.String.Sample(text =>
        {
            var found = FaultFinder.Shared.Find(text);
            Assert.All(found, m => Assert.InRange(m.Score, 0, 1));
            Assert.Equal(found.Select(m => m.Score).OrderDescending(), found.Select(m => m.Score));
        });

    [Fact]
    public void What_is_kept_of_others_texts_are_codes_and_single_words()
    {
        var patterns = CatalogueReader.ReadTopics().Concepts.SelectMany(c => c.Value).ToList();
        Assert.Empty(patterns.Where(p => p.Split(' ').Length > 4 || p.Count(ComparableText.IsHan) > 8).ToList());
    }
}
