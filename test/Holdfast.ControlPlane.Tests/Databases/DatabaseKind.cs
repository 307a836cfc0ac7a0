namespace Holdfast.ControlPlane.Tests.Databases;

public enum DatabaseKind
{
    Sqlite,
    Postgres,
}
