using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
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
            Say($"manual: {remedy.Fault.Code}: see above what to do");
            return RemedyDocument.Of(remedy, "offered", "");
        }

        Say($"{(remedy.Grade is RemedyGrade.Safe ? "safe" : "disruptive")}: {remedy.WillDo}");
        if (!await IsAllowedAsync(remedy, ct))
        {
            Say("  not done");
            return RemedyDocument.Of(remedy, "refused", "");
        }

        try
        {
            var done = await apply(remedy, ct);
            Say($"  done: {done}");
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
            await Confirmation.AskAsync(run, yes: false, "Do it?", ct);
            return true;
        }
        catch (FaultException e) when (e.Fault.Code.Value == "HoldfastCancelled")
        {
            return false;
        }
    }

    private void Say(string text)
    {
        if (!run.Report.IsJson)
            run.Report.Line(text);
    }
}
