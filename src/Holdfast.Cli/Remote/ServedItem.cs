using Holdfast.Cli.Engine;

namespace Holdfast.Cli.Remote;

/// <summary>A VM that a vault of a node protects, or keeps points of.</summary>
/// <param name="Path">Its address.</param>
/// <param name="Vault">Its vault.</param>
/// <param name="Vm">The VM's name when it was protected.</param>
/// <param name="VmResource">The VM's resource id.</param>
/// <param name="State">Azure's name of its state.</param>
/// <param name="SourceId">The VM's UUID.</param>
/// <param name="Proposed">The UUID of the VM that took its name while it is gone, if there is one.</param>
/// <param name="RefusesGuestPrograms">Whether examinations run no program in its guest.</param>
internal sealed record ServedItem(
    string Path, ServedVault Vault, string Vm, string VmResource, string State, Guid SourceId, Guid? Proposed, bool RefusesGuestPrograms = false)
{
    /// <summary>Whether it is backed up, on demand and by its policy.</summary>
    public bool IsProtected => State is "IRPending" or "Protected" or "ProtectionError";
}
