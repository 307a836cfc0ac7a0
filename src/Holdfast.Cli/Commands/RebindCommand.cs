using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vm rebind</summary>
internal static class RebindCommand
{
    public static CliCommand Create(CliApp app)
    {
        var vm = CommandTree.Vm();
        var to = new Option<Guid?>("--to") { Description = "UUID of the VM that is the same machine; else the one that the node proposes", HelpName = "UUID", CustomParser = Parsers.Uuid };
        var yes = Confirmation.Option();
        var command = new CliCommand("rebind", "Confirm that a VM of the same name is the same machine as a protected one that is gone; old points stay, the next backup reads everything")
        {
            Examples = ["holdfast vm rebind web1 --data /srv/holdfast", "holdfast vm rebind web1 --data /srv/holdfast --to 5f0f3c1e-5c0b-4c8e-9a53-0d1b2c3d4e5f --yes"],
            MoreExitCodes = [ExitCode.NotFound, ExitCode.Busy, ExitCode.Cancelled],
        }.With(vm, to, yes);
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            var item = await node.FindRebindingAsync(run.Value(vm)!, ct);
            var other = run.Value(to) ?? item.Proposed ?? throw InputFaults.InvalidArgument("--to", "no other VM is proposed for it").ToException();
            await Confirmation.AskAsync(run, run.Value(yes), $"Is the VM {other:D} the same machine as {item.Vm}, which was {item.From:D}?", ct);
            await node.RebindAsync(item, other, ct);
            if (run.Report.IsJson)
                run.Report.Json(new(item.Vm, item.Vault, item.From, other), CliJson.Default.RebindingDocument);
            else
                run.Report.Line($"{item.Vm} in vault {item.Vault} is now the VM {other:D}; its next backup reads everything.");
            return ExitCode.Done;
        });
        return command;
    }
}
