namespace Holdfast.ControlPlane.Policies;

/// <summary>A backup policy as a resource of its vault.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Document">What it says.</param>
/// <param name="ItemsCount">How many items it protects.</param>
public sealed record BackupPolicyResource(Guid Id, string Name, PolicyDocument Document, int ItemsCount);
