using System.CommandLine;

namespace Holdfast.Cli.Invocation;

/// <summary>A command with what its help and the reference say besides: examples, and the exit codes it can end with.</summary>
internal sealed class CliCommand(string name, string description) : Command(name, description)
{
    private static readonly ExitCode[] Always = [ExitCode.Done, ExitCode.Failed, ExitCode.Usage, ExitCode.OutputLost];

    /// <summary>Command lines as one would type them.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Exit codes beyond those that every command has.</summary>
    public IReadOnlyList<ExitCode> MoreExitCodes { get; init; } = [];

    /// <summary>Every exit code that it can end with.</summary>
    public IEnumerable<ExitCode> AllExitCodes => Always.Concat(MoreExitCodes).Order();

    /// <summary>The exit codes of a command that opens a vault.</summary>
    public static IReadOnlyList<ExitCode> OnVault(params ExitCode[] more) =>
        [ExitCode.NotFound, ExitCode.WrongKey, ExitCode.Cancelled, .. more];
}
