namespace Holdfast.Api.Replies;

/// <summary>Content of an answer that is made while it is sent. If that fails midway the connection is broken off: the client can't take a part for the whole.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="FileName">The name that a browser keeps it under.</param>
/// <param name="WriteAsync">Writes it.</param>
public sealed record ArmContent(string MediaType, string FileName, Func<Stream, CancellationToken, Task> WriteAsync);
