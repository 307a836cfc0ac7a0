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

    [Fact]
    public void A_full_disk_and_a_forbidden_folder_are_told_apart()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var error = Assert.ThrowsAny<IOException>(() => RandomAccess.Write(full, new byte[1], 0));
        Assert.Equal(VaultErrorKind.NoSpace, StoreErrors.From(error, "x").Kind);
        Assert.Equal(VaultErrorKind.PermissionDenied, StoreErrors.From(new UnauthorizedAccessException(), "x").Kind);
        Assert.Equal(VaultErrorKind.NoSpace, StoreErrors.FromErrno(Posix.EDQUOT, "x").Kind);
        Assert.Equal(VaultErrorKind.PermissionDenied, StoreErrors.FromErrno(Posix.EACCES, "x").Kind);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
