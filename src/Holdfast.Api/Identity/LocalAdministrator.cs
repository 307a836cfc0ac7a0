using System.Globalization;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Api.Identity;

/// <summary>
/// Whoever comes by the node's own socket: they could read the keys and the database beside it, and so are the owner of all subscriptions.
/// </summary>
internal sealed class LocalAdministrator(IDbContextFactory<ControlPlaneContext> database)
{
    /// <summary>The id under which jobs and the audit log name the local administrator.</summary>
    public static readonly Guid Id = new("10ca1000-0000-4000-8000-000000000000");

    public async Task<Principal> PrincipalAsync(LocalPeer peer, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var subscriptions = await db.Subscriptions.AsNoTracking().Select(s => s.SubscriptionId).ToListAsync(ct);
        return new Principal(
            Id, string.Create(CultureInfo.InvariantCulture, $"local administrator (uid {peer.UserId}, process {peer.ProcessId})"),
            [.. subscriptions.Select(s => new RoleAssignment(Roles.Owner, ArmId.Parse("/subscriptions/" + s)))]);
    }
}
