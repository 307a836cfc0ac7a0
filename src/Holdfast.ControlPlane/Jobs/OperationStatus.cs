namespace Holdfast.ControlPlane.Jobs;

/// <summary>How an operation is, in Azure's words.</summary>
public enum OperationStatus
{
    /// <summary>Not over.</summary>
    InProgress,
    /// <summary>Done.</summary>
    Succeeded,
    /// <summary>Not done.</summary>
    Failed,
    /// <summary>Stopped.</summary>
    Canceled,
}
