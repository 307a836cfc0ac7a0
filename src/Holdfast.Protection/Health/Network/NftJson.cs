using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Protection.Health.Network;

/// <summary>Reads nftables' JSON.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class NftJson : JsonSerializerContext;
