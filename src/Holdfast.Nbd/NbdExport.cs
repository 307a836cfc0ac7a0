namespace Holdfast.Nbd;

/// <summary>An export as a server lists it.</summary>
/// <param name="Name">The name to connect with; may be empty (the default export).</param>
/// <param name="Description">Free text of the server, may be empty.</param>
public sealed record NbdExport(string Name, string Description);
