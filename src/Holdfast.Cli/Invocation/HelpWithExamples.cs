using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using Holdfast.Cli.Localization;
using Holdfast.Faults;

namespace Holdfast.Cli.Invocation;

/// <summary>The usual help in the language asked for, with the command's examples and exit codes below.</summary>
internal sealed class HelpWithExamples(HelpAction usual, Func<ParseResult, FaultLanguage> languageOf) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var language = languageOf(parseResult);
        var result = Usual(parseResult, language);
        if (parseResult.CommandResult.Command is CliCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            if (command.Examples.Count > 0)
            {
                output.WriteLine(CliWords.In(language, "Examples:"));
                foreach (var example in command.Examples)
                {
                    output.WriteLine("  " + example);
                }

                output.WriteLine();
            }

            output.WriteLine(CliWords.In(language, "Exit codes:"));
            foreach (var code in command.AllExitCodes)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(int)code,3}  {CliWords.In(language, ExitCodes.Meaning(code))}"));
            }
        }

        return result;
    }

    // The library's own headings are English; each stands alone on a line.
    private int Usual(ParseResult parseResult, FaultLanguage language)
    {
        if (language == FaultLanguage.English)
        {
            return usual.Invoke(parseResult);
        }

        CliWords.Translate(parseResult.CommandResult.Command, language);
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var captured = new StringWriter(CultureInfo.InvariantCulture);
        try
        {
            configuration.Output = captured;
            return usual.Invoke(parseResult);
        }
        finally
        {
            configuration.Output = output;
            output.Write(string.Join('\n', captured.ToString().Split('\n').Select(line => CliWords.HelpLine(language, line.TrimEnd('\r')))));
        }
    }
}
