using System.Text;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Guest;

/// <summary>Where the agent that runs in a Linux guest comes from.</summary>
/// <param name="Path">Its program, or null where that can't be found out.</param>
/// <param name="Package">The package that owns the program, or null.</param>
/// <param name="IsKnown">A package manager was asked, and answered.</param>
/// <param name="Detail">Why nothing is known, in words.</param>
public sealed record AgentOrigin(string? Path, string? Package, bool IsKnown, string Detail)
{
    private const int NoOwner = 1;

    // What Linux writes after the path of a program whose file was replaced since it was started.
    private const string Deleted = " (deleted)";
    private static readonly GuestExecOptions Bound = new() { Timeout = TimeSpan.FromSeconds(8), OutputBytesMax = 4096 };

    /// <summary>Asks the guest's package manager for the owner of the program that answers. Changes nothing.</summary>
    public static async Task<AgentOrigin> FindAsync(GuestAgentClient agent, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(agent);
        try
        {
            if (await ProcessAsync(agent, ct).ConfigureAwait(false) is not var (_, program, _))
                return Unknown("the agent's program can't be found out");
            // A Debian whose /sbin is a link knows the file by its old place.
            string[] names = program.StartsWith("/usr/", StringComparison.Ordinal) ? [program, program[4..]] : [program];
            GuestCommand[] ways = [.. names.Select(n => new GuestCommand("dpkg-query", "-S", n)), new GuestCommand("rpm", "-qf", "--qf", "%{NAME}", program)];
            var answered = false;
            foreach (var way in ways)
            {
                if (await TryAsync(agent, way, ct).ConfigureAwait(false) is not { } asked)
                    continue;
                answered |= asked.ExitCode is 0 or NoOwner;
                if (asked.Succeeded)
                    return new AgentOrigin(program, asked.Output.ToText(200).Split(':')[0], true, "");
            }

            return answered ? new AgentOrigin(program, null, true, "") : new AgentOrigin(program, null, false, "the guest has neither dpkg nor rpm");
        }
        catch (GuestAgentException e)
        {
            return Unknown(e.Message);
        }
    }

    /// <summary>The agent's process number and program; the file that it opens as /proc/self is its own. Null where that can't be found out.</summary>
    internal static async Task<(int Pid, string Program, bool IsReplaced)?> ProcessAsync(GuestAgentClient agent, CancellationToken ct)
    {
        var stat = Encoding.ASCII.GetString(await agent.ReadFileAsync("/proc/self/stat", 4096, ct).ConfigureAwait(false));
        if (!int.TryParse(stat.Split(' ')[0], out var pid) || pid <= 0)
            return null;
        var link = await agent.ExecAsync(new GuestCommand("readlink", $"/proc/{pid}/exe"), Bound, ct).ConfigureAwait(false);
        var path = link.Output.ToText(1024);
        if (!link.Succeeded || !path.StartsWith('/') || path.Contains('\n', StringComparison.Ordinal))
            return null;
        var isReplaced = path.EndsWith(Deleted, StringComparison.Ordinal);
        return (pid, isReplaced ? path[..^Deleted.Length] : path, isReplaced);
    }

    private static async Task<GuestExecResult?> TryAsync(GuestAgentClient agent, GuestCommand command, CancellationToken ct)
    {
        try
        {
            return await agent.ExecAsync(command, Bound, ct).ConfigureAwait(false);
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError)
        {
            // There is no such program.
            return null;
        }
    }

    private static AgentOrigin Unknown(string why) => new(null, null, false, why);
}
