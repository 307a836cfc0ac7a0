using Holdfast.Api.Native;

namespace Holdfast.Cli.Engine;

/// <summary>A job of a node.</summary>
/// <param name="Path">Its address.</param>
/// <param name="Id">Its id.</param>
/// <param name="Facts">What is known of it.</param>
internal sealed record ServedJob(string Path, string Id, NativeJob Facts);
