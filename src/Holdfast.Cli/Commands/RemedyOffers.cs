using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Faults;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.Cli.Commands;

/// <summary>Offers remedies one by one: safe ones with --yes or a yes, disruptive ones only on a VM that was named for them, manual ones as their text.</summary>
internal sealed class RemedyOffers(CommandRun run, bool yes, IReadOnlyCollection<string> disruptiveVms, Func<Remedy, CancellationToken, Task<string>> apply)
{
    public async Task<IReadOnlyList<RemedyDocument>> RunAsync(IReadOnlyList<Remedy> remedies, CancellationToken ct)
    {
        var told = new List<RemedyDocument>();
        foreach (var remedy in remedies)
            told.Add(await OfferAsync(remedy, ct));
        return told;
    }

    private async Task<RemedyDocument> OfferAsync(Remedy remedy, CancellationToken ct)
    {
        if (remedy.Grade is RemedyGrade.Manual)
        {
            Say("manual: {0}: see above what to do", remedy.Fault.Code.Value);
            return RemedyDocument.Of(remedy, "offered", "");
        }

        Say(remedy.Grade is RemedyGrade.Safe ? "safe: {0}" : "disruptive: {0}", remedy.WillDo);
        if (!await IsAllowedAsync(remedy, ct))
        {
            Say("not done", indent: "  ");
            return RemedyDocument.Of(remedy, "refused", "");
        }

        try
        {
            var done = await apply(remedy, ct);
            Say("done: {0}", done, indent: "  ");
            return RemedyDocument.Of(remedy, "done", done);
        }
        catch (FaultException e)
        {
            if (!run.Report.IsJson)
                run.Report.Explain(e.Fault);
            return RemedyDocument.Of(remedy, "failed", e.Fault.Code.Value);
        }
    }

    private async Task<bool> IsAllowedAsync(Remedy remedy, CancellationToken ct)
    {
        if (remedy.Grade is RemedyGrade.Disruptive)
            return disruptiveVms.Contains(remedy.Subject.Name) || disruptiveVms.Contains(remedy.Subject.Id?.ToString() ?? "");
        if (yes)
            return true;
        if (!run.Terminal.CanAsk)
            return false;
        try
        {
            await Confirmation.AskAsync(run, yes: false, Words("Do it?"), ct);
            return true;
        }
        catch (FaultException e) when (e.Fault.Code.Value == "HoldfastCancelled")
        {
            return false;
        }
    }

    // The value is a sentence of its own, or the same in every language.
    private void Say(string form, string? value = null, string indent = "")
    {
        if (!run.Report.IsJson)
            run.Report.Line(indent + Words(form).Replace("{0}", value is null ? "" : Words(value), StringComparison.Ordinal));
    }

    private string Words(string english) => CliWords.Sentence(run.Report.Language, english);
}
