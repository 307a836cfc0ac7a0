namespace Holdfast.GuestAgent;

/// <summary>How a program in the guest ended.</summary>
/// <param name="ExitCode">Its exit code; null if it was ended by a signal or by the deadline.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="TimedOut">Whether it was still running at the deadline; it was then told to end, and killed if it didn't.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="ErrorOutput">Its standard error.</param>
public sealed record GuestExecResult(int? ExitCode, long? Signal, bool TimedOut, GuestOutput Output, GuestOutput ErrorOutput)
{
    /// <summary>Whether it ended by itself with exit code 0.</summary>
    public bool Succeeded => ExitCode == 0 && !TimedOut;
}
