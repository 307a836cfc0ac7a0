using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>The control plane's database in an SQLite file: one node.</summary>
public sealed class SqliteControlPlaneContext(DbContextOptions<SqliteControlPlaneContext> options) : ControlPlaneContext(options);
