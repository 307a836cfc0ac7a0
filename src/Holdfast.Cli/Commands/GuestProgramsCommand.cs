using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vm guest-programs</summary>
internal static class GuestProgramsCommand
{
    private const string Allow = "allow";
    private const string Refuse = "refuse";

    public static CliCommand Create(CliApp app)
    {
        var vm = CommandTree.Vm();
        var setting = new Argument<string?>("SETTING") { Description = "allow or refuse; shows what is set if not given", Arity = ArgumentArity.ZeroOrOne };
        setting.AcceptOnlyFromAmong(Allow, Refuse);
        var command = new CliCommand("guest-programs", "Allow or refuse a node to run programs in a protected VM's guest when it examines it, remedies something or updates its agent")
        {
            Examples = ["holdfast vm guest-programs web1 refuse --data /srv/holdfast", "holdfast vm guest-programs web1 --data /srv/holdfast"],
            MoreExitCodes = [ExitCode.NotFound, ExitCode.Busy, ExitCode.Cancelled],
        }.With(vm, setting);
        app.Handle(command, async (run, ct) =>
        {
            using var node = run.Engines.Connect(run.Settings);
            var item = await node.FindProtectionAsync(run.Value(vm)!, ct);
            var refused = item.RefusesGuestPrograms;
            if (run.Value(setting) is { } wanted)
            {
                refused = wanted == Refuse;
                await node.AllowGuestProgramsAsync(item, !refused, ct);
            }

            if (run.Report.IsJson)
                run.Report.Json(new(item.Vm, item.Vault, !refused), CliJson.Default.GuestProgramsDocument);
            else
                run.Report.Line($"{item.Vm} in vault {item.Vault}: programs in its guest are {(refused ? "refused" : "allowed")}.");
            return ExitCode.Done;
        });
        return command;
    }
}
