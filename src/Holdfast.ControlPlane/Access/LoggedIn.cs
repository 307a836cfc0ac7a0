namespace Holdfast.ControlPlane.Access;

/// <summary>Somebody who has just proven to know a credential's secret.</summary>
/// <param name="AppId">The credential.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="Generation">The generation of the secret; tokens carry it.</param>
public sealed record LoggedIn(Guid AppId, string DisplayName, int Generation);
