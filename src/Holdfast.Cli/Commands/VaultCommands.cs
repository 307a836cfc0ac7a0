using System.CommandLine;
using System.Text;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Rendering;
using Holdfast.Cli.Secrets;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault ...</summary>
internal static class VaultCommands
{
    private const int LabelBytesMax = 200;

    public static Command Create(CliApp app) => CommandTree.Group(
        "vault", "Make a vault, look at it, check it, and manage its keys",
        Init(app), List(app), Info(app), LockCommand.Create(app), SpaceCommands.Stats(app), Verify(app), ScrubCommand.Create(app), SpaceCommands.Gc(app), CopyCommand.Create(app), RebuildIndexCommand.Create(app), ProbeCommand.Create(app),
        CommandTree.Group("key", "Passphrases and recovery keys that open the vault", KeyList(app), KeyAdd(app), RotateCommand.Create(app), KeyRemove(app)));

    private static CliCommand Init(CliApp app)
    {
        var command = new CliCommand("init", "Make a new vault in an empty or new folder, or at a URL; shows its recovery key once")
        {
            Examples =
            [
                "holdfast vault init --vault /backup/vault",
                "holdfast vault init --vault s3://bucket/vault",
                "holdfast vault init --vault /backup/vault --passphrase-file /root/passphrase --recovery-key-file /root/recovery-key",
            ],
            MoreExitCodes = [ExitCode.Cancelled],
        };
        app.Handle(command, async (run, ct) =>
        {
            var path = StorePlaces.Full(run.Settings.RequiredVault);
            run.Engines.CheckPlaceForVault(path);
            using var keyOutput = RecoveryKeyOutput.Prepare(run.Settings, run.Terminal);
            var passphrase = await new Passphrases(run.Settings, run.Terminal, run.Report).ForInitAsync(ct);
            var (vault, recoveryKey) = await run.Engines.InitVaultAsync(run.Settings, path, passphrase, ct);
            if (!run.Report.IsJson)
            {
                run.Report.Line($"Vault {vault} was made in {path}.");
            }

            keyOutput.Write(recoveryKey);
            if (run.Report.IsJson)
            {
                run.Report.Json(new(vault, path, keyOutput.Path), CliJson.Default.VaultCreatedDocument);
            }
            else if (keyOutput.Path is { } file)
            {
                run.Report.Line($"Its recovery key was written to {file}: keep it away from this machine.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand List(CliApp app)
    {
        var command = new CliCommand("list", "List the vaults of a node")
        {
            Examples = ["holdfast vault list --data /srv/holdfast"], MoreExitCodes = [ExitCode.NotFound, ExitCode.Cancelled],
        };
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            var vaults = (await node.ListVaultsAsync(ct)).Select(ServedVaultDocument.Of).ToList();
            if (run.Report.IsJson)
                run.Report.Json(new(vaults), CliJson.Default.ServedVaultsDocument);
            else
                run.Report.Table(["name", "location", "soft delete", "id"], vaults.Select(v => (IReadOnlyList<string>)[v.Name, v.Location, v.SoftDelete, v.Id]));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Info(CliApp app)
    {
        var command = new CliCommand("info", "Show a vault's figures")
        {
            Examples = ["holdfast vault info --vault /backup/vault"],
            MoreExitCodes = CliCommand.OnVault(),
        };
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var info = await engine.GetVaultInfoAsync(ct);
            var document = VaultInfoDocument.Of(info, StorePlaces.Full(run.Settings.RequiredVault));
            if (run.Report.IsJson)
            {
                run.Report.Json(document, CliJson.Default.VaultInfoDocument);
                return ExitCode.Done;
            }

            run.Report.Pairs(
            [
                ("Vault", document.Vault), ("Place", document.Path), ("Made", Figures.Local(document.Created, run.Report.Time)),
                ("Points", Text(document.Points)), ("Stored", Figures.Size(document.StoredBytes)), ("Packs", $"{document.Packs} ({Figures.Size(document.PackBytes)})"),
                ("Damaged packs", Text(document.DamagedPacks)), ("Open sessions", Text(document.OpenSessions)),
                ("Immutability", LockCommand.Describe(info.Immutability)),
            ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Verify(CliApp app)
    {
        var command = new CliCommand("verify", "Read, decrypt and check every chunk of every point in the vault")
        {
            Examples = ["holdfast vault verify"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Damage),
        };
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            return await VerifyCommand.RunAsync(run, engine, await engine.ListPointsAsync(null, ct), ct);
        });
        return command;
    }

    private static CliCommand KeyList(CliApp app)
    {
        var command = new CliCommand("list", "List what opens the vault") { Examples = ["holdfast vault key list"], MoreExitCodes = CliCommand.OnVault() };
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var slots = (await engine.ListKeySlotsAsync(ct)).Select(KeySlotDocument.Of).ToList();
            if (run.Report.IsJson)
            {
                run.Report.Json(new(slots), CliJson.Default.KeySlotsDocument);
            }
            else
            {
                run.Report.Table(["id", "kind", "label", "made"],
                    slots.Select(s => (IReadOnlyList<string>)[s.Id, s.Kind.ToString(), s.Label, Figures.Local(s.Created, run.Report.Time)]));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand KeyAdd(CliApp app)
    {
        var newFile = new Option<string?>("--new-passphrase-file") { Description = "File whose first line is the new passphrase; else it is asked for", HelpName = "FILE" };
        var recovery = new Option<string?>("--new-recovery-key-file") { Description = "Make another recovery key, and write it to this new file", HelpName = "FILE" };
        var label = new Option<string>("--label") { Description = "A note that key lists show", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        label.Validators.Add(result =>
        {
            if (result.Tokens.Any(t => Encoding.UTF8.GetByteCount(t.Value) > LabelBytesMax))
            {
                result.AddError($"--label has at most {LabelBytesMax} bytes.");
            }
        });
        var command = new CliCommand("add", "Add a passphrase or a recovery key that opens the vault")
        {
            Examples = ["holdfast vault key add --label alice", "holdfast vault key add --new-recovery-key-file /root/recovery-key-2"],
            MoreExitCodes = CliCommand.OnVault(),
        }.With(newFile, recovery, label);
        Parsers.Exclusive(command, newFile, recovery);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            KeySlotDocument slot;
            if (run.Value(recovery) is { } path)
            {
                using var output = RecoveryKeyOutput.PrepareNew(path, run.Settings, run.Terminal);
                var (made, key) = await engine.AddRecoveryKeyAsync(run.Value(label)!, ct);
                output.Write(key);
                slot = KeySlotDocument.Of(made);
            }
            else
            {
                var passphrase = await new Passphrases(run.Settings, run.Terminal, run.Report).ForNewSlotAsync(run.Value(newFile), ct);
                slot = KeySlotDocument.Of(await engine.AddPassphraseAsync(passphrase, run.Value(label)!, ct));
            }

            if (run.Report.IsJson)
            {
                run.Report.Json(slot, CliJson.Default.KeySlotDocument);
            }
            else
            {
                run.Report.Line($"Key slot {slot.Id} was added.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand KeyRemove(CliApp app)
    {
        var id = new Argument<string>("SLOT") { Description = "Id of the key slot, as 'vault key list' shows it" };
        var yes = Confirmation.Option();
        var command = new CliCommand("remove", "Remove a key slot; the last one can't be removed")
        {
            Examples = ["holdfast vault key remove 3f0c2a..."], MoreExitCodes = CliCommand.OnVault(),
        }.With(id, yes);
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var wanted = run.Value(id)!;
            var found = (await engine.ListKeySlotsAsync(ct)).Where(s => s.Id.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
            var slot = found.Count == 1 ? KeySlotDocument.Of(found[0]) : throw VaultFaults.KeySlotNotFound(wanted).ToException();
            await Confirmation.AskAsync(run, run.Value(yes), $"Remove key slot {slot.Id} ({slot.Label})?", ct);
            await engine.RemoveKeySlotAsync(slot.Id, ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(slot, CliJson.Default.KeySlotDocument);
            }
            else
            {
                run.Report.Line($"Key slot {slot.Id} was removed.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
