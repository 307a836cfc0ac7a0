namespace Holdfast.ControlPlane.Jobs;

/// <summary>A job that runs in this process.</summary>
/// <param name="job">The job as it was claimed.</param>
/// <param name="stop">Ends it when the node stops.</param>
internal sealed class RunningJob(JobRow job, CancellationToken stop) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>The job.</summary>
    public JobRow Job => job;

    /// <summary>Ends the work.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the lease was lost: what is done from now on would be another node's work.</summary>
    public bool IsLeaseLost { get; private set; }

    /// <summary>Asks the work to stop.</summary>
    public void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment.
        }
    }

    /// <summary>Stops the work because another node took it over.</summary>
    public void Revoke()
    {
        IsLeaseLost = true;
        Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
