using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Secrets;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault key rotate</summary>
internal static class RotateCommand
{
    public static CliCommand Create(CliApp app)
    {
        var id = new Argument<string?>("SLOT")
        {
            Description = "Id of the passphrase's key slot, as 'vault key list' shows it; needn't be given if there is one passphrase", Arity = ArgumentArity.ZeroOrOne,
        };
        var newFile = new Option<string?>("--new-passphrase-file") { Description = "File whose first line is the new passphrase; else it is asked for", HelpName = "FILE" };
        var data = new Option<bool>("--data-key")
        {
            Description = "After a leak: seal everything from now on under a new data key, which only the new passphrase and a new recovery key open; all other key slots go",
        };
        var recovery = new Option<string?>("--new-recovery-key-file") { Description = "With --data-key: write the new recovery key to this new file", HelpName = "FILE" };
        var yes = Confirmation.Option();
        var command = new CliCommand("rotate", "Put a new passphrase in the place of another; it is tried before the old one goes")
        {
            Examples =
            [
                "holdfast vault key rotate", "holdfast vault key rotate 3f0c2a --new-passphrase-file /root/passphrase-2",
                "holdfast vault key rotate --data-key --new-passphrase-file /root/passphrase-2 --new-recovery-key-file /root/recovery-key-2",
            ],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Busy),
        }.With(id, newFile, data, recovery, yes);
        Parsers.Exclusive(command, id, data);
        command.Validators.Add(result =>
        {
            if (Parsers.IsGiven(result, recovery) && !Parsers.IsGiven(result, data))
            {
                result.AddError("--new-recovery-key-file goes with --data-key.");
            }
        });
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            if (run.Value(data))
            {
                return await RenewDataKeyAsync(run, engine, run.Value(newFile), run.Value(recovery), run.Value(yes), ct);
            }

            var wanted = run.Value(id) ?? "";
            var found = (await engine.ListKeySlotsAsync(ct))
                .Where(s => s.Kind == KeySlotKind.Passphrase && s.Id.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
            if (found.Count != 1)
            {
                throw (wanted.Length > 0 ? VaultFaults.KeySlotNotFound(wanted)
                    : InputFaults.InvalidArgument("SLOT", $"the vault has {found.Count} passphrases: name the slot")).ToException();
            }

            var passphrase = await new Passphrases(run.Settings, run.Terminal, run.Report).ForNewSlotAsync(run.Value(newFile), ct);
            var slot = KeySlotDocument.Of(await engine.RotatePassphraseAsync(found[0].Id, passphrase, ct));
            if (run.Report.IsJson)
            {
                run.Report.Json(slot, CliJson.Default.KeySlotDocument);
            }
            else
            {
                run.Report.Line($"The passphrase was changed; its key slot is {slot.Id}. Copies of the vault made before still open with the old one.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ExitCode> RenewDataKeyAsync(
        CommandRun run, IEngine engine, string? passphraseFile, string? recoveryKeyFile, bool yes, CancellationToken ct)
    {
        using var output = RecoveryKeyOutput.PrepareNew(recoveryKeyFile, run.Settings, run.Terminal);
        var passphrase = await new Passphrases(run.Settings, run.Terminal, run.Report).ForNewSlotAsync(passphraseFile, ct);
        await Confirmation.AskAsync(run, yes, "Make a new data key? Every passphrase, recovery key and key file of the vault stops opening it.", ct);
        var (slot, key) = await engine.RenewDataKeyAsync(passphrase, ct);
        output.Write(key);
        if (run.Report.IsJson)
        {
            run.Report.Json(KeySlotDocument.Of(slot), CliJson.Default.KeySlotDocument);
        }
        else
        {
            run.Report.Line(
                $"The vault has a new data key; the new passphrase's key slot is {slot.Id}. What was stored before stays readable to whoever kept an old passphrase or "
                + "recovery key and a copy of the vault; what is stored from now on isn't.");
        }

        return ExitCode.Done;
    }
}
