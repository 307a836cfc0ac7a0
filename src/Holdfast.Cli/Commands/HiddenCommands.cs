using System.CommandLine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Reference;
using Holdfast.Protection.Freeze;

namespace Holdfast.Cli.Commands;

/// <summary>Commands that programs call, not people.</summary>
internal static class HiddenCommands
{
    /// <summary>The freeze guard. Program runs it before any of this is built; here it only has its name.</summary>
    public static Command Guard() => new(GuardCommand.Verb, "Thaws a guest if the program that froze it dies") { Hidden = true };

    /// <summary>Prints the reference of all commands.</summary>
    public static CliCommand Reference(CliApp app)
    {
        var form = new Argument<string>("FORM");
        form.AcceptOnlyFromAmong("markdown", "man");
        var command = new CliCommand("reference", "Print the reference of all commands") { Hidden = true }.With(form);
        app.Handle(command, (run, _) =>
        {
            var text = run.Value(form) == "man" ? ManPage.Write(app.Root) : MarkdownReference.Write(app.Root);
            run.Terminal.Out.Write(text);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
