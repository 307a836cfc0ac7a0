namespace Holdfast.ControlPlane.Jobs;

/// <summary>A step of a job as the API shows it.</summary>
/// <param name="Id">Azure's name of it: "Take Snapshot", "Transfer data to vault", "Transfer data from vault".</param>
/// <param name="Status">How it is.</param>
/// <param name="StartUtc">When it began, or null.</param>
/// <param name="EndUtc">When it ended, or null.</param>
/// <param name="DoneBytes">Bytes handled.</param>
/// <param name="TotalBytes">Bytes to handle, as far as known; 0 where that doesn't apply.</param>
public sealed record JobTask(
    string Id, JobTaskStatus Status, DateTimeOffset? StartUtc = null, DateTimeOffset? EndUtc = null, long DoneBytes = 0, long TotalBytes = 0);
