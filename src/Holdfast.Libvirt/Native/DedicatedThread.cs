namespace Holdfast.Libvirt.Native;

/// <summary>Runs a call that may block for long on a thread of its own, so that the thread pool never starves.</summary>
/// <remarks>
/// INV-4: cancellation means 'stop waiting'. libvirt has no way to take a call back: it runs to its end on its thread, its
/// handles stay alive until then, and its effect may still come.
/// </remarks>
internal static class DedicatedThread
{
    internal static Task<T> RunAsync<T>(Func<T> call, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(ct);
        }

        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                completion.TrySetResult(call());
            }
#pragma warning disable CA1031 // Every failure belongs to the awaiting caller, none to this thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                completion.TrySetException(e);
            }
        })
        {
            IsBackground = true,
            Name = "libvirt call",
        };
        thread.Start();
        // An abandoned call's failure is nobody's news.
        _ = completion.Task.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return completion.Task.WaitAsync(ct);
    }

    internal static Task RunAsync(Action call, CancellationToken ct) =>
        RunAsync(
            () =>
            {
                call();
                return true;
            },
            ct);
}
