using Holdfast.ControlPlane.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Access;

/// <summary>The tenant that every credential and subscription of this installation is of: one GUID, made at the first start.</summary>
public sealed class Tenant(IDbContextFactory<ControlPlaneContext> database)
{
    /// <summary>The name of its setting.</summary>
    public const string SettingName = "tenant";

    private Guid? _id;

    /// <summary>Its id.</summary>
    public async ValueTask<Guid> IdAsync(CancellationToken ct)
    {
        if (_id is { } known)
            return known;
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
            _id = Guid.Parse((await db.Settings.AsNoTracking().SingleAsync(s => s.Name == SettingName, ct).ConfigureAwait(false)).Value);
        return _id.Value;
    }
}
