using Holdfast.Nbd;

namespace Holdfast.Protection.Backup;

/// <summary>A disk of a snapshot, ready to be read.</summary>
/// <param name="Plan">What to do with it.</param>
/// <param name="Endpoint">The NBD server.</param>
/// <param name="Export">The export's name.</param>
/// <param name="Bitmap">The dirty bitmap's name in the export, or null for a full read.</param>
internal sealed record SnapshotDisk(DiskPlan Plan, NbdEndpoint Endpoint, string Export, string? Bitmap);
