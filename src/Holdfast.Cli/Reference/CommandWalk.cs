using System.CommandLine;

namespace Holdfast.Cli.Reference;

/// <summary>The command tree as a reference shows it: every command that does something, with its full name.</summary>
internal static class CommandWalk
{
    public static IEnumerable<(string Name, Command Command)> Leaves(Command command, string path = "holdfast") =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(c => c.Subcommands.Count > 0
            ? Leaves(c, path + " " + c.Name)
            : [(path + " " + c.Name, c)]);

    public static IEnumerable<Option> Options(Command command) => command.Options.Where(o => !o.Hidden);

    public static string Synopsis(string name, Command command) => name
        + string.Concat(command.Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 ? $" [{a.Name}]" : " " + a.Name))
        + (command.Options.Any(o => o.Required) ? string.Concat(command.Options.Where(o => o.Required).Select(o => " " + Form(o))) : "")
        + (command.Options.Any(o => !o.Required) ? " [options]" : "");

    public static string Form(Option option) =>
        string.Join(", ", option.Aliases.Where(a => a.StartsWith('-')).Order(StringComparer.Ordinal).Append(option.Name))
        + (option.HelpName is { } value ? " " + value : "");
}
