namespace Holdfast.Faults;

/// <summary>What a text is about if it holds the concepts of one of the alternatives.</summary>
/// <param name="Entries">Codes of the entries that fit, the likeliest first.</param>
/// <param name="Any">The alternatives: concepts that must all be there, separated by spaces.</param>
/// <param name="Also">Concepts that make it likelier.</param>
/// <param name="Unless">Concepts that make it less likely, since they belong to a neighbour.</param>
internal sealed record TopicItem(string[] Entries, string[] Any, string Also = "", string Unless = "");
