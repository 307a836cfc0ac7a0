using System.Data.Common;
using Holdfast.Faults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>Makes contexts on the configured database: a PostgreSQL connection string, or else an SQLite file.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing to dispose of.")]
public sealed class ControlPlaneDatabase : IDbContextFactory<ControlPlaneContext>
{
    // Any number will do, as long as every node uses the same.
    private const long ExclusiveLock = 0x486f6c6466617374;

    private const int SqliteErrorOfStatement = 1;
    private const int UnsyncedConnectionsMax = 24;
    private const string UndefinedColumn = "42703";
    private const string UndefinedTable = "42P01";

    private readonly Func<ControlPlaneContext> _make;
    private readonly Func<ControlPlaneContext> _makeForNotices;
    private readonly string? _sqliteFile;
    private readonly SemaphoreSlim _turn;

    /// <summary>Takes the database of <paramref name="options"/>.</summary>
    public ControlPlaneDatabase(ControlPlaneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IsPostgres = options.IsPostgres;
        _turn = new SemaphoreSlim(IsPostgres ? int.MaxValue : 1);
        _sqliteFile = IsPostgres ? null : options.DatabasePath;
        if (IsPostgres)
        {
            (_make, _makeForNotices) = (Postgres(options.Database!), Postgres(Unsynced(options.Database!)));
        }
        else
        {
            var file = new SqliteConnectionStringBuilder
            {
                DataSource = options.DatabasePath,
                ForeignKeys = true,
                // Writers wait for each other for so long.
                DefaultTimeout = 30,
            }.ToString();
            (_make, _makeForNotices) = (Sqlite(file, isSynced: true), Sqlite(file, isSynced: false));
        }
    }

    /// <summary>Whether several nodes may share the database.</summary>
    public bool IsPostgres { get; }

    /// <summary>Whether this is a database that fails or can't be reached, in any of the forms in which Entity Framework and the drivers tell it.</summary>
    /// <param name="e">What was thrown.</param>
    internal static bool IsFailure(Exception e) => e is DbException or DbUpdateException or InvalidOperationException or TimeoutException;

    /// <inheritdoc/>
    public ControlPlaneContext CreateDbContext() => _make();

    /// <summary>
    /// Makes a context for what is noticed again and again: that a node lives, how far a job is, how an item's VM is. Its writes don't wait for the disk; a loss of
    /// power may take the last of them back, those of another context never.
    /// </summary>
    public ControlPlaneContext CreateForNotices() => _makeForNotices();

    /// <summary>The connection string of a PostgreSQL server, for writes that needn't be on its disk when they are done.</summary>
    internal static string Unsynced(string postgres)
    {
        var builder = new NpgsqlConnectionStringBuilder(postgres);
        builder.Options = $"{builder.Options} -c synchronous_commit=off".TrimStart();
        // A pool of its own beside the other: what a server allows in all isn't much more than one pool takes.
        builder.MaxPoolSize = Math.Clamp(UnsyncedConnectionsMax, builder.MinPoolSize, builder.MaxPoolSize);
        return builder.ToString();
    }

    /// <summary>
    /// Runs a transaction that no other exclusive one overlaps, on any node. SQLite has one writer anyway; PostgreSQL is asked for a lock,
    /// after which every statement sees what the transaction before has committed.
    /// </summary>
    public Task<T> ExclusiveAsync<T>(Func<ControlPlaneContext, Task<T>> action, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(action);
        return TransactionAsync(
            async db =>
            {
                if (IsPostgres)
                    await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({ExclusiveLock})", ct).ConfigureAwait(false);
                return await action(db).ConfigureAwait(false);
            }, ct);
    }

    /// <summary>Runs a transaction. On SQLite they take turns in the order in which they come, so that none is late by others' luck, and no thread waits.</summary>
    public async Task<T> TransactionAsync<T>(Func<ControlPlaneContext, Task<T>> action, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(action);
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var db = CreateDbContext();
            await using (db.ConfigureAwait(false))
            {
                var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var result = await action(db).ConfigureAwait(false);
                    await transaction.CommitAsync(ct).ConfigureAwait(false);
                    return result;
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Brings the schema up to date. Nodes that start at the same time take turns. An SQLite file with something in it is copied before, to a file beside it
    /// that is named for what follows: whoever goes back to the version before has what that version left.
    /// </summary>
    /// <exception cref="FaultException">Another version made the database, and this one doesn't know its schema. Nothing was changed.</exception>
    public async Task MigrateAsync(CancellationToken ct)
    {
        var db = CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var applied = await AppliedAsync(db, ct).ConfigureAwait(false);
            var pending = db.Database.GetMigrations().Except(applied, StringComparer.Ordinal).ToList();
            if (pending.Count > 0)
            {
                if (_sqliteFile is { } file && File.Exists(file)
                    && await db.Database.SqlQuery<int>($"SELECT count(*) AS Value FROM sqlite_master").SingleAsync(ct).ConfigureAwait(false) > 0)
                {
                    await CopyAsync(db, file, $"{file}.before-{pending[0]}", ct).ConfigureAwait(false);
                }

                await db.Database.MigrateAsync(ct).ConfigureAwait(false);
                // Readers and the writer don't wait for each other. A file that was there before, if only an empty one, didn't get this when it was made.
                if (_sqliteFile is not null)
                    await db.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'", ct).ConfigureAwait(false);
            }

            await CheckTablesAsync(db, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a node has ever made this database its own.</summary>
    /// <exception cref="FaultException">Another version made it, and this one doesn't know its schema.</exception>
    public async Task<bool> IsMadeAsync(CancellationToken ct)
    {
        var db = CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            if ((await AppliedAsync(db, ct).ConfigureAwait(false)).Count == 0)
                return false;
            await CheckTablesAsync(db, ct).ConfigureAwait(false);
            return true;
        }
    }

    private static Func<ControlPlaneContext> Postgres(string connection)
    {
        var options = new DbContextOptionsBuilder<PostgresControlPlaneContext>().UseNpgsql(connection).Options;
        return () => new PostgresControlPlaneContext(options);
    }

    private static Func<ControlPlaneContext> Sqlite(string connection, bool isSynced)
    {
        var options = new DbContextOptionsBuilder<SqliteControlPlaneContext>().UseSqlite(connection).AddInterceptors(new SqliteSession(isSynced)).Options;
        return () => new SqliteControlPlaneContext(options);
    }

    private async Task<IReadOnlyList<string>> AppliedAsync(ControlPlaneContext db, CancellationToken ct)
    {
        var applied = (await db.Database.GetAppliedMigrationsAsync(ct).ConfigureAwait(false)).ToList();
        return applied.Except(db.Database.GetMigrations(), StringComparer.Ordinal).LastOrDefault() is { } unknown
            ? throw OfAnotherVersion(db, unknown).ToException() : applied;
    }

    // A database of an unreleased version may say that it has this one's schema, and lack what was added to it later.
    private async Task CheckTablesAsync(ControlPlaneContext db, CancellationToken ct)
    {
        var sql = db.GetService<ISqlGenerationHelper>();
        foreach (var table in db.Model.GetRelationalModel().Tables)
        {
            var columns = string.Join(", ", table.Columns.Select(c => sql.DelimitIdentifier(c.Name)));
            try
            {
#pragma warning disable EF1002, EF1003 // Names of the model, delimited.
                await db.Database.ExecuteSqlRawAsync($"SELECT {columns} FROM {sql.DelimitIdentifier(table.Name, table.Schema)} WHERE 1 = 0", ct).ConfigureAwait(false);
#pragma warning restore EF1002, EF1003
            }
            catch (DbException e) when (e is SqliteException { SqliteErrorCode: SqliteErrorOfStatement } || e.SqlState is UndefinedColumn or UndefinedTable)
            {
                throw OfAnotherVersion(db, e.Message).ToException(e);
            }
        }
    }

    private Fault OfAnotherVersion(ControlPlaneContext db, string found) =>
        NodeFaults.DatabaseOfAnotherVersion(_sqliteFile ?? db.Database.GetDbConnection().Database, found);

    private static async Task CopyAsync(ControlPlaneContext db, string file, string copy, CancellationToken ct)
    {
        // One that is there is from a start that ended before it was through: it holds what was there before.
        if (File.Exists(copy))
            return;
        File.Delete(copy + ".new");
        await db.Database.ExecuteSqlAsync($"VACUUM INTO {copy + ".new"}", ct).ConfigureAwait(false);
        File.SetUnixFileMode(copy + ".new", File.GetUnixFileMode(file));
        File.Move(copy + ".new", copy);
    }
}
