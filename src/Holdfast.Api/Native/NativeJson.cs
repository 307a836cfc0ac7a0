using System.Text.Json.Serialization;
using Holdfast.Protection.Guest;
using Holdfast.Protection.Points;

namespace Holdfast.Api.Native;

/// <summary>How the facts are written and read: camelCase, enums as words.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, MaxDepth = 32)]
[JsonSerializable(typeof(NativeFault))]
[JsonSerializable(typeof(NativeVm))]
[JsonSerializable(typeof(PointFacts))]
[JsonSerializable(typeof(NativeJob))]
[JsonSerializable(typeof(NativeItem))]
[JsonSerializable(typeof(NativeVault))]
[JsonSerializable(typeof(NativePool))]
[JsonSerializable(typeof(NativeHealth))]
[JsonSerializable(typeof(NativeChange))]
[JsonSerializable(typeof(AgentStatus))]
public sealed partial class NativeJson : JsonSerializerContext;
