using Holdfast.GuestAgent;

namespace Holdfast.Protection.Guest;

/// <summary>How a distribution updates the agent's package, without questions.</summary>
/// <param name="Updates">The commands, in order.</param>
/// <param name="Version">The command that prints the installed version.</param>
internal sealed record GuestPackageManager(IReadOnlyList<GuestCommand> Updates, GuestCommand Version)
{
    private const string Package = "qemu-guest-agent";
    private static readonly GuestExecOptions Look = new() { Timeout = TimeSpan.FromSeconds(30), OutputBytesMax = 1024 };

    // env(1) gives apt what it needs to ask no questions; there is no shell.
    private static readonly (string Program, GuestPackageManager Manager)[] Known =
    [
        ("apt-get", new(
            [
                new GuestCommand("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "update"),
                new GuestCommand("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", "install", "--only-upgrade", Package),
            ],
            new GuestCommand("dpkg-query", "-W", "-f=${Version}", Package))),
        ("dnf", OfRpm("dnf", "-y", "upgrade", Package)),
        ("yum", OfRpm("yum", "-y", "update", Package)),
        ("zypper", OfRpm("zypper", "--non-interactive", "update", Package)),
    ];

    /// <summary>The first that the guest has; null: none that is known.</summary>
    public static async Task<GuestPackageManager?> FindAsync(GuestAgentClient agent, CancellationToken ct)
    {
        foreach (var (program, manager) in Known)
        {
            try
            {
                if ((await agent.ExecAsync(new GuestCommand(program, "--version"), Look, ct).ConfigureAwait(false)).Succeeded)
                    return manager;
            }
            catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError)
            {
                // Not there.
            }
        }

        return null;
    }

    /// <summary>The installed version of the package; null: it isn't installed.</summary>
    public async Task<string?> InstalledAsync(GuestAgentClient agent, CancellationToken ct)
    {
        var asked = await agent.ExecAsync(Version, Look, ct).ConfigureAwait(false);
        return asked.Succeeded && asked.Output.ToText(200) is { Length: > 0 } version ? version : null;
    }

    private static GuestPackageManager OfRpm(string program, params string[] arguments) =>
        new([new GuestCommand(program, arguments)], new GuestCommand("rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", Package));
}
