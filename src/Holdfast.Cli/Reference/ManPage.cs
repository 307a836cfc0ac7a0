using System.CommandLine;
using System.Globalization;
using System.Text;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Reference;

/// <summary>The manual page holdfast(1), written from the command tree.</summary>
internal static class ManPage
{
    public static string Write(RootCommand root)
    {
        var text = new StringBuilder();
        text.Append(".TH HOLDFAST 1\n.SH NAME\nholdfast \\- ").Append(Escape(root.Description!)).Append('\n');
        text.Append(".SH SYNOPSIS\n.B holdfast\n.I command\n[options]\n.SH OPTIONS OF EVERY COMMAND\n");
        Options(text, CommandWalk.Options(root));
        text.Append(".SH COMMANDS\n");
        foreach (var (name, command) in CommandWalk.Leaves(root))
        {
            text.Append(".SS ").Append(Escape(CommandWalk.Synopsis(name, command))).Append('\n').Append(Escape(command.Description + ".")).Append('\n');
            foreach (var argument in command.Arguments)
            {
                text.Append(".TP\n.I ").Append(Escape(argument.Name)).Append('\n').Append(Escape(argument.Description ?? "")).Append('\n');
            }

            Options(text, CommandWalk.Options(command));
            if (command is CliCommand { Examples.Count: > 0 } cli)
            {
                text.Append(".PP\nExamples:\n.nf\n").AppendJoin('\n', cli.Examples.Select(e => "    " + Escape(e))).Append("\n.fi\n");
            }
        }

        text.Append(".SH EXIT STATUS\n");
        foreach (var code in Enum.GetValues<ExitCode>())
        {
            text.Append(CultureInfo.InvariantCulture, $".TP\n.B {(int)code}\n{Escape(ExitCodes.Meaning(code))}\n");
        }

        return text.ToString();
    }

    private static void Options(StringBuilder text, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            text.Append(".TP\n.B ").Append(Escape(CommandWalk.Form(option))).Append('\n').Append(Escape(option.Description ?? "")).Append('\n');
        }
    }

    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
