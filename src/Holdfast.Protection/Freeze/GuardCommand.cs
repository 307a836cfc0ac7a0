namespace Holdfast.Protection.Freeze;

/// <summary>The command that starts a guard process. It holds no parameters of a freeze: those come on standard input.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record GuardCommand(string FileName, params IReadOnlyList<string> Arguments)
{
    /// <summary>The hidden command of the <c>holdfast</c> program.</summary>
    public const string Verb = "guard";

    /// <summary>This same program with the command <see cref="Verb"/>; also where it runs as <c>dotnet holdfast.dll</c>.</summary>
    public static GuardCommand ThisProgram()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This program's own path isn't known.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new GuardCommand(program, Path.GetFullPath(Environment.GetCommandLineArgs()[0]), Verb)
            : new GuardCommand(program, Verb);
    }
}
