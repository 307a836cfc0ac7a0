using Holdfast.Protection.Guest;

namespace Holdfast.Api.Native;

/// <summary>What was done to a VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="VmId">Its UUID.</param>
/// <param name="Done">What was done.</param>
/// <param name="Update">What an update of its agent came to, or null.</param>
public sealed record NativeChange(string Vm, Guid VmId, string Done, NativeAgentUpdate? Update = null);

/// <summary>What an update of an agent came to.</summary>
/// <param name="VersionBefore">The version that answered before.</param>
/// <param name="VersionAfter">The version that answers now.</param>
/// <param name="PackageBefore">The package's version before.</param>
/// <param name="PackageAfter">The package's version now.</param>
/// <param name="Program">The program that answers now, or null.</param>
/// <param name="Package">The package that it comes from, or null.</param>
/// <param name="IsOriginKnown">Whether that could be found out.</param>
public sealed record NativeAgentUpdate(
    string VersionBefore, string VersionAfter, string PackageBefore, string? PackageAfter, string? Program, string? Package, bool IsOriginKnown)
{
    /// <summary>From the engine's result.</summary>
    public static NativeAgentUpdate Of(AgentUpdateResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(
            result.VersionBefore, result.VersionAfter, result.PackageBefore, result.PackageAfter, result.Origin.Path, result.Origin.Package, result.Origin.IsKnown);
    }

    /// <summary>The engine's result.</summary>
    public AgentUpdateResult ToResult() => new(VersionBefore, VersionAfter, PackageBefore, PackageAfter, new AgentOrigin(Program, Package, IsOriginKnown, ""));
}
