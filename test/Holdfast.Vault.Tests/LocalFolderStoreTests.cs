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

    // A link that leads to itself can't be followed, which says nothing about what is behind it.
    [Fact]
    public async Task A_length_that_cannot_be_looked_at_is_not_that_of_a_missing_object()
    {
        var store = CreateStore();
        await store.CreateAsync(ObjectName.Of("a/b"), "x"u8.ToArray(), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(store.Description, "loop"), "loop");
        Assert.Equal(VaultErrorKind.Io, (await Assert.ThrowsAsync<VaultException>(
            async () => await store.GetSizeAsync(ObjectName.Of("loop/b"), TestContext.Current.CancellationToken))).Kind);
        foreach (var missing in (string[])["a/c", "c/b", "a/b/c", "a"])
        {
            Assert.Null(await store.GetSizeAsync(ObjectName.Of(missing), TestContext.Current.CancellationToken));
        }
    }

    // What isn't mapped of a process's memory can't be read: the same EIO as from a bad sector.
    [Fact]
    public async Task An_object_ends_where_the_disk_cannot_read_it()
    {
        var store = CreateStore();
        await store.CreateAsync(ObjectName.Of("packs/b"), "x"u8.ToArray(), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(store.Description, "packs", "bad"), "/proc/self/mem");
        Assert.Equal(0, await store.ReadAsync(ObjectName.Of("packs/bad"), 0, new byte[4096], TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
