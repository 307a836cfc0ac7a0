namespace Holdfast.ControlPlane.Access;

/// <summary>A credential that was just made or rotated, with its secret, which is nowhere else.</summary>
/// <param name="AppId">The application id.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="Secret">The secret. Shown once.</param>
public sealed record NewCredential(Guid AppId, string DisplayName, string Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{DisplayName} ({AppId})";
}
