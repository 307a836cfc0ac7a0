namespace Holdfast.GuestAgent;

/// <summary>A program to run in the guest. Its arguments are passed as they are: no shell ever sees them (INV-3).</summary>
/// <param name="Path">The program: an absolute path, or a name that the agent's PATH resolves.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record GuestCommand(string Path, params IReadOnlyList<string> Arguments);
