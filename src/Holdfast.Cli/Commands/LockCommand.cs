using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault lock</summary>
internal static class LockCommand
{
    public static CliCommand Create(CliApp app)
    {
        var days = new Option<int?>("--days") { Description = "Days that every point stays from its making", HelpName = "N", CustomParser = Parsers.OptionalNumber(1, VaultImmutability.DaysMax) };
        var locked = new Option<bool>("--locked") { Description = "For good: the lock can't be taken back, and its days only grow" };
        var off = new Option<bool>("--off") { Description = "Take a lock back that isn't for good" };
        var yes = Confirmation.Option();
        var command = new CliCommand("lock", "Keep every point for a number of days, whoever wants it deleted")
        {
            Examples = ["holdfast vault lock --days 30", "holdfast vault lock --days 30 --locked", "holdfast vault lock --off"],
            MoreExitCodes = CliCommand.OnVault(),
        }.With(days, locked, off, yes);
        Parsers.Exclusive(command, days, off);
        Parsers.Exclusive(command, locked, off);
        app.Handle(command, async (run, ct) =>
        {
            var wanted = run.Value(off) ? VaultImmutability.None
                : run.Value(days) is { } number
                    ? new VaultImmutability(run.Value(locked) ? ImmutabilityState.Locked : ImmutabilityState.Unlocked, number)
                : throw InputFaults.InvalidArgument("--days", $"1 to {VaultImmutability.DaysMax} days are possible").ToException();
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            if (wanted.State is ImmutabilityState.Locked)
            {
                await Confirmation.AskAsync(
                    run, run.Value(yes), $"Lock the vault for good? No point can be deleted before it is {wanted.Days} days old, and nobody can undo this.", ct);
            }

            var (now, store) = await engine.SetImmutabilityAsync(wanted, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new(now.State, now.Days, store?.Support is RetentionSupport.Enforced, store?.Support is RetentionSupport.Revocable), CliJson.Default.ImmutabilityDocument);
            }
            else
            {
                run.Report.Line($"Immutability: {Describe(now)}.");
                if (now.State is ImmutabilityState.Locked)
                {
                    run.Report.Line(Enforcement(store));
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Who enforces a lock, besides this program.</summary>
    private static string Enforcement(RetentionProbe? store) => store switch
    {
        null => "The store can't enforce this by itself: this program and the node refuse, but whoever may delete the folder's files can still do so.",
        { Support: RetentionSupport.Enforced } => "The store enforces it, too: nobody can delete these objects before their date.",
        { Support: RetentionSupport.Revocable } =>
            "The store refuses, too, to delete these objects before their date; but whoever has the right to can end that early (GOVERNANCE, unlocked policies).",
        _ => $"The store doesn't enforce this by itself ({store.Detail}): this program and the node refuse, but whoever has its credentials can still delete.",
    };

    /// <summary>What a vault's immutability means, and who enforces it.</summary>
    public static string Describe(VaultImmutability i) => i.State switch
    {
        ImmutabilityState.Disabled => "none",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"points stay {i.Days} days, {(i.State is ImmutabilityState.Locked ? "locked for good" : "not locked: this can be taken back")}"),
    };
}
