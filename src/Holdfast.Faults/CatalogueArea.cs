namespace Holdfast.Faults;

/// <summary>A file of the catalogue.</summary>
internal sealed record CatalogueArea(string Area, CatalogueItem[] Entries);
