using System.CommandLine;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static IEnumerable<Command> Create(CliApp app) =>
    [
        VaultCommands.Create(app),
        VmCommands.Create(app),
        BackupCommand.Create(app),
        PointsCommands.Create(app),
        RestoreCommand.Create(app),
        VerifyCommand.Create(app),
        DoctorCommand.Create(app),
        AgentCommands.Create(app),
        JobCommands.Create(app),
        ServeCommand.Create(app),
        CredentialCommands.Create(app),
        HostCommands.Create(app),
        AuditCommands.Create(app),
        FaultsCommands.Create(app),
        ExplainCommand.Create(app),
        CompletionCommand.Create(app),
        HiddenCommands.Guard(),
        HiddenCommands.Reference(app),
    ];

    /// <summary>A command that only groups others.</summary>
    public static Command Group(string name, string description, params IEnumerable<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }

    /// <summary>Adds arguments and options to a command.</summary>
    public static T With<T>(this T command, params IEnumerable<Symbol> symbols)
        where T : Command
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
                default:
                    throw new ArgumentException("Only arguments and options are added so.", nameof(symbols));
            }
        }

        return command;
    }

    /// <summary>The argument that names a VM.</summary>
    public static Argument<string> Vm() => new("VM") { Description = "Name or UUID of the VM; also one that no longer exists" };
}
