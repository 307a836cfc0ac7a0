namespace Holdfast.Nbd;

/// <summary>Names and status bits of the meta contexts this project asks for.</summary>
public static class NbdContexts
{
    /// <summary>The context of allocation and zeros (NBD protocol, "base:allocation").</summary>
    public const string BaseAllocation = "base:allocation";

    /// <summary>Bit of <see cref="BaseAllocation"/>: nothing is allocated. Says nothing about the content.</summary>
    public const uint AllocationHole = 1;

    /// <summary>Bit of <see cref="BaseAllocation"/>: the run reads as zeros.</summary>
    public const uint AllocationZero = 2;

    /// <summary>Bit of a dirty-bitmap context: the run was written since the bitmap began.</summary>
    public const uint Dirty = 1;

    /// <summary>The context of the QEMU dirty bitmap exported under <paramref name="bitmapName"/>.</summary>
    public static string DirtyBitmap(string bitmapName) => "qemu:dirty-bitmap:" + bitmapName;
}
