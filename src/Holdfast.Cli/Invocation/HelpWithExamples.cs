using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Holdfast.Cli.Invocation;

/// <summary>The usual help, with the command's examples and exit codes below.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is CliCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            if (command.Examples.Count > 0)
            {
                output.WriteLine("Examples:");
                foreach (var example in command.Examples)
                {
                    output.WriteLine("  " + example);
                }

                output.WriteLine();
            }

            output.WriteLine("Exit codes:");
            foreach (var code in command.AllExitCodes)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(int)code,3}  {ExitCodes.Meaning(code)}"));
            }
        }

        return result;
    }
}
