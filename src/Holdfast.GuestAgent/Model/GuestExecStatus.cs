namespace Holdfast.GuestAgent;

/// <summary>What the agent knows of a process that it started. It tells the end of a process only once.</summary>
/// <param name="Exited">Whether it has ended.</param>
/// <param name="ExitCode">Its exit code, if it ended by itself.</param>
/// <param name="Signal">The signal (on Windows the exception code) that ended it.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="ErrorOutput">Its standard error.</param>
public sealed record GuestExecStatus(bool Exited, int? ExitCode, long? Signal, GuestOutput Output, GuestOutput ErrorOutput);
