using Holdfast.GuestAgent;

namespace Holdfast.Protection.Guest;

/// <summary>Looks up the interpreter that a script in a guest names in its first line. Runs none.</summary>
internal static class GuestInterpreter
{
    private const string Env = "env";
    private static readonly GuestExecOptions Bound = new() { Timeout = TimeSpan.FromSeconds(8), OutputBytesMax = 512 };

    /// <summary>The interpreter of a script, where the guest doesn't have it; null where it does, or the script names none.</summary>
    /// <exception cref="GuestAgentException">The agent doesn't answer, or doesn't let programs be run.</exception>
    public static async Task<string?> FindMissingAsync(GuestAgentClient agent, string script, CancellationToken ct)
    {
        var head = await agent.ExecAsync(new GuestCommand("head", "-n", "1", "--", script), Bound, ct).ConfigureAwait(false);
        var words = head.Output.ToText(256).Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (!head.Succeeded || words.Length == 0 || !words[0].StartsWith("#!", StringComparison.Ordinal))
            return null;
        var program = words[0].Length > 2 ? words[0][2..] : words.ElementAtOrDefault(1);
        if (program is null || !program.StartsWith('/'))
            return null;
        if (!await IsThereAsync(agent, "stat", "--", program).ConfigureAwait(false))
            return program;
        // env looks its argument up in the path; options of it are left to itself.
        var wanted = Path.GetFileName(program) == Env ? words.SkipWhile(w => !w.EndsWith(Env, StringComparison.Ordinal)).Skip(1).FirstOrDefault() : null;
        return wanted is null || wanted.StartsWith('-') || await IsThereAsync(agent, "which", wanted).ConfigureAwait(false) ? null : wanted;

        async Task<bool> IsThereAsync(GuestAgentClient asked, string tool, params string[] arguments) =>
            (await asked.ExecAsync(new GuestCommand(tool, arguments), Bound, ct).ConfigureAwait(false)).Succeeded;
    }
}
