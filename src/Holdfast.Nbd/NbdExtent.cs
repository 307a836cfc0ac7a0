namespace Holdfast.Nbd;

/// <summary>A run of bytes that share one status in a meta context.</summary>
/// <param name="Offset">First byte of the run, from the start of the export.</param>
/// <param name="Length">Length in bytes, at least one.</param>
/// <param name="Flags">Status bits, as the context defines them; see <see cref="NbdContexts"/>.</param>
public readonly record struct NbdExtent(long Offset, long Length, uint Flags)
{
    /// <summary>First byte after the run.</summary>
    public long End => Offset + Length;
}
