using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast vault rebuild-index</summary>
internal static class RebuildIndexCommand
{
    public static CliCommand Create(CliApp app)
    {
        var command = new CliCommand("rebuild-index", "Write missing or damaged parts of the index anew from the packs; reading does without them, only more slowly")
        {
            Examples = ["holdfast vault rebuild-index"],
            MoreExitCodes = CliCommand.OnVault(ExitCode.Busy),
        };
        app.Handle(command, async (run, ct) =>
        {
            await using var engine = await run.OpenAsync(EngineNeeds.Vault, ct);
            var (packs, segments) = await engine.RebuildIndexAsync(ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new(packs, segments), CliJson.Default.RebuiltDocument);
            }
            else
            {
                run.Report.Line($"{packs} packs were indexed anew, {segments} damaged parts of the index were removed.");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
