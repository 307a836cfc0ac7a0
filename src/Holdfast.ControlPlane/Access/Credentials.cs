using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Access;

/// <summary>Makes, lists, rotates and revokes credentials, and checks secrets.</summary>
public sealed class Credentials(IDbContextFactory<ControlPlaneContext> database, TimeProvider time)
{
    /// <summary>The longest name.</summary>
    public const int NameLengthMax = 120;

    // Checked when there is no such credential, so that an answer takes as long as for one that exists.
    private static readonly Lazy<Task<string>> NobodysHash = new(() => SecretHash.OfAsync(SecretHash.NewSecret(), CancellationToken.None));

    /// <summary>Makes a credential with a role at each of some scopes.</summary>
    /// <exception cref="FaultException">The name isn't usable or is taken.</exception>
    public async Task<NewCredential> CreateAsync(
        string displayName, IReadOnlyList<RoleAssignment> assignments, DateTimeOffset? expiresUtc, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        var name = UsableName(displayName);
        var now = time.GetUtcNow();
        if (expiresUtc <= now)
            throw InputFaults.InvalidArgument("--expires", "this is in the past").ToException();
        var secret = SecretHash.NewSecret();
        var row = new CredentialRow
        {
            AppId = Guid.NewGuid(), DisplayName = name, NameKey = Key(name), SecretHash = await SecretHash.OfAsync(secret, ct).ConfigureAwait(false),
            Generation = 1, CreatedUtc = now, SecretCreatedUtc = now, ExpiresUtc = expiresUtc,
        };
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            if (await db.Credentials.AnyAsync(c => c.NameKey == row.NameKey, ct).ConfigureAwait(false))
                throw AccessFaults.CredentialNameTaken(name).ToException();
            db.Credentials.Add(row);
            db.Assignments.AddRange(assignments.Distinct().Select(a => new AssignmentRow
            {
                AppId = row.AppId, RoleId = a.Role.Id, Scope = a.Scope.ToString(), ScopeKey = Key(a.Scope.ToString()),
            }));
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
        }

        return new NewCredential(row.AppId, name, secret);
    }

    /// <summary>Whether any credential was ever made.</summary>
    public async Task<bool> AnyAsync(CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
            return await db.Credentials.AnyAsync(ct).ConfigureAwait(false);
    }

    /// <summary>All credentials, also revoked ones, the oldest first.</summary>
    public async Task<IReadOnlyList<CredentialInfo>> ListAsync(CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var assignments = (await db.Assignments.AsNoTracking().ToListAsync(ct).ConfigureAwait(false)).ToLookup(a => a.AppId);
            var rows = await db.Credentials.AsNoTracking().OrderBy(c => c.CreatedUtc).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(c => new CredentialInfo(
                c.AppId, c.DisplayName, c.CreatedUtc, c.SecretCreatedUtc, c.ExpiresUtc, c.RevokedUtc, Read(assignments[c.AppId])))];
        }
    }

    /// <summary>Gives a credential a new secret. The old one, and tokens that were got with it, are refused from now on.</summary>
    public async Task<NewCredential> RotateAsync(string idOrName, CancellationToken ct)
    {
        var secret = SecretHash.NewSecret();
        var hash = await SecretHash.OfAsync(secret, ct).ConfigureAwait(false);
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var row = await InUseAsync(db, idOrName, ct).ConfigureAwait(false);
            row.SecretHash = hash;
            row.SecretCreatedUtc = time.GetUtcNow();
            row.Generation++;
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return new NewCredential(row.AppId, row.DisplayName, secret);
        }
    }

    /// <summary>Ends a credential for good: its tokens are refused on every node within a minute.</summary>
    /// <exception cref="FaultException">There is none, or it is the last owner of the installation.</exception>
    public async Task<CredentialInfo> RevokeAsync(string idOrName, CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var row = await InUseAsync(db, idOrName, ct).ConfigureAwait(false);
            var now = time.GetUtcNow();
            var owners = await OwnersAsync(db, now, ct).ConfigureAwait(false);
            if (owners.Count == 1 && owners[0] == row.AppId)
                throw AccessFaults.LastOwner(row.DisplayName).ToException();
            row.RevokedUtc = now;
            row.NameKey = null;
            row.Generation++;
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            var assignments = await db.Assignments.AsNoTracking().Where(a => a.AppId == row.AppId).ToListAsync(ct).ConfigureAwait(false);
            return new CredentialInfo(
                row.AppId, row.DisplayName, row.CreatedUtc, row.SecretCreatedUtc, row.ExpiresUtc, row.RevokedUtc, Read(assignments));
        }
    }

    /// <summary>Checks a secret. Whether the id or the secret was wrong, or the credential has ended, isn't told apart.</summary>
    /// <param name="idOrName">The application id, or the credential's name.</param>
    /// <param name="secret">What should be its secret.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Who it is, or null.</returns>
    public async Task<LoggedIn?> CheckAsync(string? idOrName, string? secret, CancellationToken ct)
    {
        CredentialRow? row;
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
            row = await FindAsync(db.Credentials.AsNoTracking(), idOrName ?? "", ct).ConfigureAwait(false);
        if (row is not null && !row.IsValidAt(time.GetUtcNow()))
            row = null;
        var hash = row?.SecretHash ?? await NobodysHash.Value.ConfigureAwait(false);
        var matches = await SecretHash.MatchesAsync(secret ?? "", hash, ct).ConfigureAwait(false);
        return matches && row is not null ? new LoggedIn(row.AppId, row.DisplayName, row.Generation) : null;
    }

    /// <summary>Reads a credential with its rights as they are now; null where it doesn't exist or has ended.</summary>
    internal async Task<(Principal Principal, int Generation, DateTimeOffset? ExpiresUtc)?> ReadAsync(Guid appId, CancellationToken ct)
    {
        var db = await database.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Credentials.AsNoTracking().FirstOrDefaultAsync(c => c.AppId == appId, ct).ConfigureAwait(false);
            if (row is null || !row.IsValidAt(time.GetUtcNow()))
                return null;
            var assignments = await db.Assignments.AsNoTracking().Where(a => a.AppId == appId).ToListAsync(ct).ConfigureAwait(false);
            return (new Principal(row.AppId, row.DisplayName, Read(assignments)), row.Generation, row.ExpiresUtc);
        }
    }

    private static async Task<List<Guid>> OwnersAsync(ControlPlaneContext db, DateTimeOffset now, CancellationToken ct)
    {
        var assignments = await db.Assignments.AsNoTracking().Where(a => a.RoleId == Roles.Owner.Id).ToListAsync(ct).ConfigureAwait(false);
        var ofSubscriptions = assignments.Where(a => ArmId.TryParse(a.Scope, out var scope) && scope.ResourceGroup is null).Select(a => a.AppId).ToHashSet();
        var inUse = await db.Credentials.AsNoTracking().Where(c => c.RevokedUtc == null).ToListAsync(ct).ConfigureAwait(false);
        return [.. inUse.Where(c => c.IsValidAt(now) && ofSubscriptions.Contains(c.AppId)).Select(c => c.AppId)];
    }

    private static async Task<CredentialRow> InUseAsync(ControlPlaneContext db, string idOrName, CancellationToken ct)
    {
        var row = await FindAsync(db.Credentials, idOrName, ct).ConfigureAwait(false);
        return row is { RevokedUtc: null } ? row : throw AccessFaults.CredentialNotFound(idOrName).ToException();
    }

    private static Task<CredentialRow?> FindAsync(IQueryable<CredentialRow> rows, string idOrName, CancellationToken ct)
    {
        var nameKey = Key(idOrName.Trim());
        return Guid.TryParse(idOrName, out var id)
            ? rows.FirstOrDefaultAsync(c => c.AppId == id, ct)
            : rows.FirstOrDefaultAsync(c => c.NameKey == nameKey, ct);
    }

    private static IReadOnlyList<RoleAssignment> Read(IEnumerable<AssignmentRow> rows) =>
    [
        .. from row in rows
           let role = Roles.All.FirstOrDefault(r => r.Id == row.RoleId)
           let scope = ArmId.TryParse(row.Scope, out var id) ? id : null
           where role is not null && scope is not null
           select new RoleAssignment(role, scope),
    ];

    private static string UsableName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var trimmed = name.Trim();

        // A name that reads as an id could be taken for another credential's id.
        return trimmed.Length is > 0 and <= NameLengthMax && !trimmed.Any(char.IsControl) && !Guid.TryParse(trimmed, out _)
            ? trimmed
            : throw InputFaults.InvalidArgument("--name", "a name has 1 to 120 printable characters and isn't a GUID").ToException();
    }

#pragma warning disable CA1308 // Keys are in lower case as ids are everywhere in the database.
    private static string Key(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
