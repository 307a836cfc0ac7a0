using System.Text.Json.Serialization;

namespace Holdfast.Cli.Localization;

/// <summary>Reads the table of words without reflection.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class WordsJson : JsonSerializerContext;
