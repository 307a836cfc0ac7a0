using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>
/// Lets writers of an SQLite file wait for each other as SQLite itself does it, trying again after a millisecond and then ever less often. The provider's own
/// way, a sixth of a second at a time, makes a busy node's backups late: each of them takes some ten short writes.
/// </summary>
internal sealed class SqliteWaiting : DbConnectionInterceptor
{
    // What takes longer is waited for in the provider's way, up to the command's limit.
    private const string Statement = "PRAGMA busy_timeout = 2000";

    /// <summary>Opens connections that wait so: for the scheduler's store, which doesn't use the contexts.</summary>
    public static DbProviderFactory Factory { get; } = new WaitingFactory();

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Set(connection);

    /// <inheritdoc/>
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Set(connection);
        return Task.CompletedTask;
    }

    private static void Set(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Statement;
        command.ExecuteNonQuery();
    }

    private sealed class WaitingFactory : DbProviderFactory
    {
        public override DbConnection CreateConnection() => new WaitingConnection();

        public override DbCommand CreateCommand() => SqliteFactory.Instance.CreateCommand();

        public override DbParameter CreateParameter() => SqliteFactory.Instance.CreateParameter();
    }

    private sealed class WaitingConnection : SqliteConnection
    {
        // The asynchronous way comes here, too: SQLite has no other.
        public override void Open()
        {
            base.Open();
            Set(this);
        }
    }
}
