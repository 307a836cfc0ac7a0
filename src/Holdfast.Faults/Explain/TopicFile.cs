namespace Holdfast.Faults;

/// <summary>The data of <see cref="FaultFinder"/>: words by concept, and the topics that concepts make up.</summary>
internal sealed record TopicFile(Dictionary<string, string[]> Concepts, TopicItem[] Topics);
