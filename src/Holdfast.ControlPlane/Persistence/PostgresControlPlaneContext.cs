using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>The control plane's database in PostgreSQL: any number of nodes.</summary>
public sealed class PostgresControlPlaneContext(DbContextOptions<PostgresControlPlaneContext> options) : ControlPlaneContext(options);
