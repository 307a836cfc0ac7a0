using System.Text.Json.Serialization;

namespace Holdfast.Cli.Documents;

/// <summary>The shapes of JSON output: camelCase, enums as words, nulls written, instants in UTC.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    Converters = [typeof(CamelCaseEnums)])]
[JsonSerializable(typeof(FailureDocument))]
[JsonSerializable(typeof(PointDocument))]
[JsonSerializable(typeof(PointsDocument))]
[JsonSerializable(typeof(PrunedDocument))]
[JsonSerializable(typeof(BackupsDocument))]
[JsonSerializable(typeof(VmDocument))]
[JsonSerializable(typeof(VmsDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(VaultCreatedDocument))]
[JsonSerializable(typeof(VaultInfoDocument))]
[JsonSerializable(typeof(KeySlotDocument))]
[JsonSerializable(typeof(KeySlotsDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(FaultEntryDocument))]
[JsonSerializable(typeof(FaultEntriesDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
