using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Databases;

/// <summary>What a start makes of a database that another version made.</summary>
public sealed class DatabaseVersionTests(PostgresServer postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-version-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task A_database_of_another_version_is_refused_by_name_and_left_as_it_was(DatabaseKind kind)
    {
        var database = await CreateAsync(kind);
        await database.MigrateAsync(Ct);
        Assert.True(await database.IsMadeAsync(Ct));
        await ExecuteAsync(database, """INSERT INTO "__EFMigrationsHistory" VALUES ('20990101000000_Later', '99.0.0')""");
        await using (var db = database.CreateDbContext())
        {
            db.Settings.Add(new SettingRow { Name = "tenant", Value = "kept" });
            await db.SaveChangesAsync(Ct);
        }

        foreach (var start in (Func<Task>[])[() => database.MigrateAsync(Ct), () => database.IsMadeAsync(Ct)])
        {
            var fault = (await Assert.ThrowsAsync<FaultException>(start)).Fault;
            Assert.Equal(("HoldfastDatabaseOfAnotherVersion", "20990101000000_Later"), (fault.Code.Value, fault.Parameters["found"]));
        }

        await using var after = database.CreateDbContext();
        Assert.Equal("kept", (await after.Settings.SingleAsync(Ct)).Value);
        Assert.Equal(2, (await after.Database.GetAppliedMigrationsAsync(Ct)).Count());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "DROP TABLE \"Leases\"")]
    [InlineData(DatabaseKind.Postgres, "DROP TABLE \"Leases\"")]
    [InlineData(DatabaseKind.Sqlite, "ALTER TABLE \"Settings\" RENAME COLUMN \"Value\" TO \"Other\"")]
    [InlineData(DatabaseKind.Postgres, "ALTER TABLE \"Settings\" RENAME COLUMN \"Value\" TO \"Other\"")]
    public async Task A_database_that_lacks_something_of_the_schema_that_it_says_it_has_is_refused(DatabaseKind kind, string change)
    {
        var database = await CreateAsync(kind);
        await database.MigrateAsync(Ct);
        await ExecuteAsync(database, change);
        foreach (var start in (Func<Task>[])[() => database.MigrateAsync(Ct), () => database.IsMadeAsync(Ct)])
            Assert.Equal("HoldfastDatabaseOfAnotherVersion", (await Assert.ThrowsAsync<FaultException>(start)).Fault.Code.Value);
    }

    [Fact]
    public async Task A_database_of_before_the_present_schema_is_copied_before_it_is_touched()
    {
        var database = await CreateAsync(DatabaseKind.Sqlite);
        await database.MigrateAsync(Ct);
        string first;
        await using (var db = database.CreateDbContext())
        {
            db.Settings.Add(new SettingRow { Name = "tenant", Value = "kept" });
            await db.SaveChangesAsync(Ct);
            first = db.Database.GetMigrations().First();
        }

        // A migration that hasn't run, as far as the database says, and can't: its tables are there. The second start finds the copy of the first.
        await ExecuteAsync(database, """DELETE FROM "__EFMigrationsHistory" """);
        for (var attempt = 0; attempt < 2; attempt++)
            await Assert.ThrowsAsync<SqliteException>(() => database.MigrateAsync(Ct));

        var copy = Assert.Single(_folder.GetFiles("control.db.before-*"));
        Assert.Equal("control.db.before-" + first, copy.Name);
        await using var kept = new SqliteConnection("Data Source=" + copy.FullName);
        await kept.OpenAsync(Ct);
        await using var command = kept.CreateCommand();
        command.CommandText = "SELECT Value FROM Settings";
        Assert.Equal("kept", await command.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task A_new_database_and_one_that_is_up_to_date_leave_no_copy()
    {
        var database = await CreateAsync(DatabaseKind.Sqlite);
        Assert.False(await database.IsMadeAsync(Ct));
        await database.MigrateAsync(Ct);
        await database.MigrateAsync(Ct);
        Assert.Empty(_folder.GetFiles("*.before-*"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Readers_do_not_lock_the_writer_out(bool empty)
    {
        var database = await CreateAsync(DatabaseKind.Sqlite);
        if (empty)
            await ExecuteAsync(database, "SELECT 1");
        Assert.False(await database.IsMadeAsync(Ct));
        await database.MigrateAsync(Ct);
        await using var db = database.CreateDbContext();
        Assert.Equal("wal", await db.Database.SqlQuery<string>($"SELECT journal_mode AS Value FROM pragma_journal_mode").SingleAsync(Ct));
    }

    private ControlPlaneOptions Options() => new() { DataFolder = _folder.FullName };

    private async Task<ControlPlaneDatabase> CreateAsync(DatabaseKind kind) =>
        new(kind == DatabaseKind.Postgres ? Options() with { Database = await postgres.CreateDatabaseAsync(Ct) } : Options());

    private static async Task ExecuteAsync(ControlPlaneDatabase database, string sql)
    {
        await using var db = database.CreateDbContext();
        await db.Database.ExecuteSqlRawAsync(sql, Ct);
    }
}
