namespace Holdfast.Nbd.Tests.Servers;

internal sealed class TemporaryFolder : IDisposable
{
    // Short: a unix socket's path has at most 107 bytes.
    public string Path { get; } = Directory.CreateTempSubdirectory("hf-nbd-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
