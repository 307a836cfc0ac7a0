namespace Holdfast.Libvirt;

/// <summary>A block job on one disk.</summary>
/// <param name="Type">What it does.</param>
/// <param name="Current">Progress, in the job's own unit.</param>
/// <param name="End">Progress at the end.</param>
public readonly record struct BlockJobInfo(BlockJobType Type, long Current, long End);
