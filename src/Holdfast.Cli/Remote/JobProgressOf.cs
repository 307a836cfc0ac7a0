using Holdfast.Api.Native;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Protection.Backup;

namespace Holdfast.Cli.Remote;

/// <summary>How far a job is, in the words of a run.</summary>
internal static class JobProgressOf
{
    public static RunProgress Run(NativeJob job)
    {
        var task = job.Tasks.LastOrDefault(t => t.Status == JobTaskStatus.InProgress) ?? job.Tasks.LastOrDefault(t => t.Status != JobTaskStatus.NotStarted);
        var stage = task is null || job.Phase == JobPhase.Queued ? RunStage.Prepare : task.Id switch
        {
            "Take Snapshot" => RunStage.TakeSnapshot,
            "Transfer data to vault" => RunStage.Transfer,
            "Transfer data from vault" => RunStage.Restore,
            _ => RunStage.Prepare,
        };
        return new RunProgress(stage, null, task?.DoneBytes ?? 0, task?.TotalBytes ?? 0, job.StoredBytes);
    }
}
