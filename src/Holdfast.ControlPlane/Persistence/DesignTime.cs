using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>Lets dotnet-ef make SQLite migrations without a database.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteControlPlaneContext>
{
    public SqliteControlPlaneContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteControlPlaneContext>().UseSqlite("Data Source=:memory:").Options);
}

/// <summary>Lets dotnet-ef make PostgreSQL migrations without a database.</summary>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresControlPlaneContext>
{
    public PostgresControlPlaneContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresControlPlaneContext>().UseNpgsql("Host=localhost").Options);
}
