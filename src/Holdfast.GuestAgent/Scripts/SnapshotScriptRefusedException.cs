namespace Holdfast.GuestAgent.Scripts;

/// <summary>Carries a refusal from where it is found to where it becomes a result.</summary>
internal sealed class SnapshotScriptRefusedException(SnapshotScriptRefusal refusal, string message) : Exception(message)
{
    public SnapshotScriptRefusal Refusal { get; } = refusal;
}
