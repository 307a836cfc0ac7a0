using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>
/// How connections to an SQLite file wait and sync. Writers wait for each other as SQLite itself does it, trying again after a millisecond and then ever less
/// often: by the provider's own way, a sixth of a second at a time, a busy node's backups were late, as each takes some ten short writes.
/// </summary>
/// <remarks>Set at each opening: pooled connections are given to whoever comes.</remarks>
internal sealed class SqliteSession(bool isSynced) : DbConnectionInterceptor
{
    // What takes longer is waited for in the provider's way, up to the command's limit.
    private const string Waiting = "PRAGMA busy_timeout = 2000;";

    private readonly string _statements = Waiting + (isSynced ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = NORMAL;");

    /// <summary>
    /// Makes the connections of the scheduler, whose file of its own holds nothing but consequences of items and policies: a loss of power may take its last
    /// writes back, and they are made again. What was due and is queued already isn't queued twice.
    /// </summary>
    public static DbProviderFactory OfScheduler { get; } = new SchedulerFactory();

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Execute(connection, _statements);

    /// <inheritdoc/>
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Execute(connection, _statements);
        return Task.CompletedTask;
    }

    private static void Execute(DbConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    private sealed class SchedulerFactory : DbProviderFactory
    {
        public override DbConnection CreateConnection() => new SchedulerConnection();

        public override DbCommand CreateCommand() => SqliteFactory.Instance.CreateCommand();

        public override DbParameter CreateParameter() => SqliteFactory.Instance.CreateParameter();
    }

    private sealed class SchedulerConnection : SqliteConnection
    {
        // The asynchronous way comes here, too: SQLite has no other.
        public override void Open()
        {
            base.Open();
            Execute(this, Waiting + "PRAGMA synchronous = NORMAL;");
        }
    }
}
