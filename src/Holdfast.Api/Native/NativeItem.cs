using Holdfast.ControlPlane.Items;

namespace Holdfast.Api.Native;

/// <summary>What a protected item says besides.</summary>
/// <param name="SourceId">The VM's UUID.</param>
/// <param name="ProposedSourceId">The UUID of the VM that took its name while it is gone, if there is one.</param>
/// <param name="RefusesGuestPrograms">Whether examinations run no program in its guest.</param>
/// <param name="PreCheckUtc">When it was last examined beforehand; null if it never was.</param>
public sealed record NativeItem(Guid SourceId, Guid? ProposedSourceId = null, bool RefusesGuestPrograms = false, DateTimeOffset? PreCheckUtc = null)
{
    /// <summary>From the item's row.</summary>
    public static NativeItem Of(ProtectedItemRow item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new(item.SourceId, item.ProposedSourceId, item.RefusesGuestPrograms, item.PreCheckUtc);
    }
}
