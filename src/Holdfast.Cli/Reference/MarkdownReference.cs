using System.CommandLine;
using System.Globalization;
using System.Text;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Reference;

/// <summary>docs/cli.md, written from the command tree.</summary>
internal static class MarkdownReference
{
    public static string Write(RootCommand root)
    {
        var text = new StringBuilder();
        text.Append("""
            # The holdfast command

            <!-- Written by `holdfast reference markdown`; a test keeps it in step with the program. -->

            Results go to standard output, everything else (progress, notices, faults) to standard error. With `--output json` standard
            output holds exactly one JSON document. A passphrase is never taken from the command line: it is asked for on a terminal, or
            read from the first line of `--passphrase-file`, or from `HOLDFAST_PASSPHRASE`. A recovery key is shown once, on the terminal
            or in the new file named by `--recovery-key-file`. Ctrl-C cancels cleanly: before the commit everything stays as it was; once
            the commit has begun it is finished.

            A VM is named by its name or its UUID. Of several of one name, as a VM that was lost and the one that was restored from it, the one that exists
            is meant; where it is about recovery points, and only one of them has any, that one. The others are named by their UUIDs, which `vm list` shows.

            A point may be named by the beginning of its id, of at least 4 characters, where only one point's id begins so. A copy of a point in
            another vault (`vault copy`) has an id of its own, and the vault remembers which point it is a copy of: copying again doesn't copy it twice.

            `m` means months where an end is given by a date or by a time from now (`--retain-until`, `--until`, `--expires`: 30d, 12w, 6m, 1y), and
            minutes where a length of time is given (`--slow-after`, `--stall-after`, `--grace` and the times of `serve`: 90s, 45m, 12h, 7d).


            """);
        text.Append("## Exit codes\n\n| code | meaning |\n|---|---|\n");
        foreach (var code in Enum.GetValues<ExitCode>())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {(int)code} | {ExitCodes.Meaning(code)} |\n");
        }

        text.Append("\n## Options of every command\n\n");
        Options(text, CommandWalk.Options(root));
        text.Append("""

            ## Environment

            | variable | meaning |
            |---|---|
            | `HOLDFAST_VAULT` | the vault's folder |
            | `HOLDFAST_PASSPHRASE` | the vault's passphrase |
            | `HOLDFAST_STATE` | locks, run records, error log (default `/var/lib/holdfast` for root, else `$XDG_STATE_HOME/holdfast`) |
            | `HOLDFAST_CACHE` | local cache of the vault's index (default `/var/cache/holdfast` for root, else `$XDG_CACHE_HOME/holdfast`) |
            | `HOLDFAST_SCRATCH` | folder in which QEMU keeps sockets and scratch files during a backup |
            | `LIBVIRT_DEFAULT_URI` | libvirt's address |
            | `LC_ALL`, `LC_MESSAGES`, `LANG` | language of faults and help |
            | `NO_COLOR` | no colours |


            """);
        text.Append("## Commands\n");
        foreach (var (name, command) in CommandWalk.Leaves(root))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {name}\n\n{command.Description}.\n\n```\n{CommandWalk.Synopsis(name, command)}\n```\n");
            Arguments(text, command);
            if (CommandWalk.Options(command).Any())
            {
                text.Append('\n');
                Options(text, CommandWalk.Options(command));
            }

            if (command is CliCommand { Examples.Count: > 0 } cli)
            {
                text.Append("\nExamples:\n\n```\n").AppendJoin('\n', cli.Examples).Append("\n```\n");
                text.Append("\nExit codes: ").AppendJoin(", ", cli.AllExitCodes.Select(c => ((int)c).ToString(CultureInfo.InvariantCulture))).Append(".\n");
            }
        }

        return text.Append(JsonShapes.Text).ToString();
    }

    private static void Arguments(StringBuilder text, Command command)
    {
        foreach (var argument in command.Arguments)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n`{argument.Name}`: {argument.Description}.\n");
        }
    }

    private static void Options(StringBuilder text, IEnumerable<Option> options)
    {
        text.Append("| option | meaning |\n|---|---|\n");
        foreach (var option in options)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| `{CommandWalk.Form(option).Replace("|", "\\|", StringComparison.Ordinal)}` | {option.Description}{(option.Required ? " (needed)" : "")} |\n");
        }
    }
}
