using System.Security.Cryptography;
using Holdfast.Faults;

namespace Holdfast.Protection.Restore;

/// <summary>Tries a write into a storage pool before a restore makes anything there: an active pool isn't always one whose storage answers.</summary>
internal static class PoolProbe
{
    private const int ReadOnlyFileSystem = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Makes an empty file in the pool's folder and deletes it.</summary>
    /// <exception cref="FaultException">The folder is read-only, is gone, or doesn't answer.</exception>
    public static async Task RequireWritableAsync(string pool, string folder, TimeProvider time, CancellationToken ct)
    {
        var path = Path.Combine(folder, ".holdfast-probe-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
        try
        {
            // On a thread of its own: a mount whose server is gone doesn't come back.
            await Task.Factory.StartNew(() => Try(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(Limit, time, ct).ConfigureAwait(false);
        }
        catch (IOException e) when (e.HResult == ReadOnlyFileSystem)
        {
            throw new FaultException(RestoreFaults.PoolReadOnly(pool, folder), e);
        }
        catch (IOException e)
        {
            throw new FaultException(RestoreFaults.PoolUnusable(pool, e.Message), e);
        }
        catch (TimeoutException e)
        {
            throw new FaultException(RestoreFaults.PoolUnusable(pool, $"no answer within {Limit.TotalSeconds:0} s"), e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new FaultException(RestoreFaults.TargetNotWritable(folder, e.Message), e);
        }
    }

    private static void Try(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }
}
