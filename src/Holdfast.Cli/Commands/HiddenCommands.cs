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
        form.AcceptOnlyFromAmong("markdown", "man", "roles", "faults");
        var folder = new Argument<string>("FOLDER") { Description = "Where faults writes its pages", DefaultValueFactory = _ => "docs/faults" };
        var command = new CliCommand("reference", "Print the reference of all commands") { Hidden = true }.With(form, folder);
        app.Handle(command, (run, _) =>
        {
            if (run.Value(form) == "faults")
            {
                WritePages(run.Value(folder)!);
                return Task.FromResult(ExitCode.Done);
            }

            var text = run.Value(form) switch { "man" => ManPage.Write(app.Root), "roles" => RolesPage.Write(), _ => MarkdownReference.Write(app.Root) };
            run.Terminal.Out.Write(text);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    // Pages of faults that are no more go too: a link to them should break where it is seen.
    private static void WritePages(string folder)
    {
        var pages = FaultPages.Write().ToDictionary(p => Path.Combine(folder, p.Path), p => p.Text);
        foreach (var language in pages.Keys.Select(p => Path.GetDirectoryName(p)!).Distinct())
        {
            Directory.CreateDirectory(language);
            foreach (var old in Directory.EnumerateFiles(language, "*.md").Where(f => !pages.ContainsKey(f)))
            {
                File.Delete(old);
            }
        }

        foreach (var (path, text) in pages)
        {
            File.WriteAllText(path, text);
        }
    }
}
