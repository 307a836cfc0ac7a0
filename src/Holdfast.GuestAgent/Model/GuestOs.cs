namespace Holdfast.GuestAgent;

/// <summary>The guest's operating system, as it describes itself. Any part may be missing.</summary>
/// <param name="Id">Short name: <c>debian</c>, <c>mswindows</c>.</param>
/// <param name="Name">Name: <c>Debian GNU/Linux</c>.</param>
/// <param name="PrettyName">Name and version for people.</param>
/// <param name="VersionId">Version for programs: <c>12</c>.</param>
/// <param name="KernelRelease">Kernel release.</param>
/// <param name="Machine">Hardware name: <c>x86_64</c>.</param>
public sealed record GuestOs(string? Id, string? Name, string? PrettyName, string? VersionId, string? KernelRelease, string? Machine)
{
    /// <summary>Whether it is Windows.</summary>
    public bool IsWindows => Id == "mswindows";
}
