namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A disk of a guest: its name in the domain, its image, and the image's format.</summary>
public sealed record GuestDisk(string Target, string Path, string Format);
