namespace Holdfast.Vault.Tests;

public sealed class LocalFolderStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-test-");

    protected override IObjectStore CreateStore() => new LocalFolderStore(Path.Combine(_folder.FullName, "store"));

    [Fact]
    public async Task Remains_of_dead_writers_are_removed()
    {
        var store = CreateStore();
        await store.CreateAsync(ObjectName.Of("a/b"), "x"u8.ToArray(), TestContext.Current.CancellationToken);
        var remain = Path.Combine(store.Description, ".tmp", "left");
        await File.WriteAllTextAsync(remain, "x", TestContext.Current.CancellationToken);
        await store.RemoveRemainsAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(remain));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData(".tmp/x")]
    [InlineData("A")]
    [InlineData("a/")]
    [InlineData("")]
    public void Names_that_could_leave_the_folder_are_no_names(string name) => Assert.False(ObjectName.TryParse(name, out _));

    public void Dispose() => _folder.Delete(recursive: true);
}
