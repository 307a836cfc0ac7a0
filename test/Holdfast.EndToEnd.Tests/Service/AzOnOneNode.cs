namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The tests that share an <see cref="AzNode"/>.</summary>
[CollectionDefinition]
public sealed class AzOnOneNode : ICollectionFixture<AzNode>;
