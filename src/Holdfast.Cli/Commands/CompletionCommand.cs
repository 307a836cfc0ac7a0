using System.CommandLine;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast completion: scripts that let a shell ask the command itself what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _holdfast() {
            local line="${COMP_LINE}" point="${COMP_POINT}" IFS=$'\n'
            COMPREPLY=($(compgen -W "$(holdfast "[suggest:${point}]" "${line}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _holdfast holdfast
        """;

    private const string Zsh = """
        #compdef holdfast
        _holdfast() {
            local -a found
            found=("${(@f)$(holdfast "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
            found=(${found:#})
            (( $#found )) && compadd -a found || _files
        }
        if [ "$funcstack[1]" = _holdfast ]; then _holdfast "$@"; else compdef _holdfast holdfast; fi
        """;

    private const string Fish = """
        complete -c holdfast -a '(holdfast "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
        """;

    public static CliCommand Create(CliApp app)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new CliCommand("completion", "Print the completion script of a shell")
        {
            Examples = ["source <(holdfast completion bash)", "holdfast completion fish > ~/.config/fish/completions/holdfast.fish"],
        }.With(shell);
        app.Handle(command, (run, _) =>
        {
            run.Report.Line(run.Value(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
