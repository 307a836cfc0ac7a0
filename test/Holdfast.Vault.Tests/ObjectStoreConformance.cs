namespace Holdfast.Vault.Tests;

/// <summary>What every backend owes; a backend's tests derive from this.</summary>
public abstract class ObjectStoreConformance
{
    private static readonly ObjectName Name = ObjectName.Of("packs/some/object-1");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract IObjectStore CreateStore();

    [Fact]
    public async Task An_object_is_read_back_whole_and_in_ranges()
    {
        var store = CreateStore();
        Assert.Equal(CreateOutcome.Created, await store.CreateAsync(Name, "0123456789"u8.ToArray(), Ct));
        Assert.Equal(10, await store.GetSizeAsync(Name, Ct));
        var target = new byte[4];
        Assert.Equal(4, await store.ReadAsync(Name, 3, target, Ct));
        Assert.Equal("3456"u8.ToArray(), target);
        Assert.Equal(2, await store.ReadAsync(Name, 8, target, Ct));
        Assert.Equal(0, await store.ReadAsync(Name, 10, target, Ct));
    }

    [Fact]
    public async Task What_is_missing_is_told_apart_from_what_is_empty()
    {
        var store = CreateStore();
        Assert.Null(await store.GetSizeAsync(Name, Ct));
        Assert.Equal(-1, await store.ReadAsync(Name, 0, new byte[1], Ct));
        await store.CreateAsync(Name, ReadOnlyMemory<byte>.Empty, Ct);
        Assert.Equal(0, await store.GetSizeAsync(Name, Ct));
        Assert.Equal(0, await store.ReadAsync(Name, 0, new byte[1], Ct));
    }

    [Fact]
    public async Task Nothing_is_ever_replaced()
    {
        var store = CreateStore();
        await store.CreateAsync(Name, "first"u8.ToArray(), Ct);
        Assert.Equal(CreateOutcome.AlreadyExists, await store.CreateAsync(Name, "other"u8.ToArray(), Ct));
        await using (var upload = await store.BeginCreateAsync(Name, Ct))
        {
            await upload.AppendAsync("other"u8.ToArray(), Ct);
            Assert.Equal(CreateOutcome.AlreadyExists, await upload.CompleteAsync(Ct));
        }

        var target = new byte[5];
        await store.ReadAsync(Name, 0, target, Ct);
        Assert.Equal("first"u8.ToArray(), target);
    }

    [Fact]
    public async Task Of_many_creations_at_once_exactly_one_wins()
    {
        var store = CreateStore();
        for (var round = 0; round < 20; round++)
        {
            var name = ObjectName.Of($"points/a/{round}");
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(
                i => Task.Run(async () => await store.CreateAsync(name, new[] { (byte)i }, Ct), Ct)));
            var winner = Array.IndexOf(outcomes, CreateOutcome.Created);
            Assert.Single(outcomes, CreateOutcome.Created);
            var content = new byte[1];
            await store.ReadAsync(name, 0, content, Ct);
            Assert.Equal(winner, content[0]);
        }
    }

    [Fact]
    public async Task An_upload_is_invisible_until_it_is_completed_and_leaves_nothing_if_it_is_not()
    {
        var store = CreateStore();
        await using (var upload = await store.BeginCreateAsync(Name, Ct))
        {
            await upload.AppendAsync("abc"u8.ToArray(), Ct);
            Assert.Null(await store.GetSizeAsync(Name, Ct));
            Assert.Empty(await store.ListAllAsync("", Ct));
        }

        Assert.Null(await store.GetSizeAsync(Name, Ct));
    }

    [Fact]
    public async Task An_object_is_read_from_the_moment_at_which_its_upload_is_completed()
    {
        var store = CreateStore();
        await using var upload = await store.BeginCreateAsync(Name, Ct);
        await upload.AppendAsync("abc"u8.ToArray(), Ct);
        await upload.CompleteAsync(Ct);
        Assert.Equal(3, await store.ReadAsync(Name, 0, new byte[3], Ct));
    }

    [Fact]
    public async Task Listing_shows_just_what_is_below_the_prefix()
    {
        var store = CreateStore();
        string[] names = ["a/1", "a/b/2", "ab/3", "c/4"];
        foreach (var name in names)
        {
            await store.CreateAsync(ObjectName.Of(name), "x"u8.ToArray(), Ct);
        }

        Assert.Equal(["a/1", "a/b/2"], (await store.ListAllAsync("a/", Ct)).Select(o => o.Name.Value).Order());
        Assert.Equal(names.Order(), (await store.ListAllAsync("", Ct)).Select(o => o.Name.Value).Order());
        Assert.All(await store.ListAllAsync("", Ct), o => Assert.Equal(1, o.SizeBytes));
        Assert.Empty(await store.ListAllAsync("nothing/", Ct));
    }

    [Fact]
    public async Task Deleting_is_idempotent_and_frees_the_name()
    {
        var store = CreateStore();
        await store.CreateAsync(Name, "x"u8.ToArray(), Ct);
        await store.DeleteAsync(Name, Ct);
        await store.DeleteAsync(Name, Ct);
        Assert.Null(await store.GetSizeAsync(Name, Ct));
        Assert.Equal(CreateOutcome.Created, await store.CreateAsync(Name, "y"u8.ToArray(), Ct));
    }

    [Fact]
    public async Task Many_are_deleted_at_once_and_those_that_are_not_there_are_no_error()
    {
        var store = CreateStore();
        var names = Enumerable.Range(0, 12).Select(i => ObjectName.Of($"a/{i % 3}/{i}")).ToList();
        foreach (var name in names)
        {
            await store.CreateAsync(name, "x"u8.ToArray(), Ct);
        }

        Assert.Empty(await store.DeleteManyAsync([], Ct));
        Assert.Empty(await store.DeleteManyAsync([.. names[2..], ObjectName.Of("a/none"), names[5]], Ct));
        Assert.Equal(names[..2].Select(n => n.Value).Order(), (await store.ListAllAsync("", Ct)).Select(o => o.Name.Value).Order());
        Assert.Empty(await store.DeleteManyAsync(names, Ct));
        Assert.Empty(await store.DeleteManyAsync([names[0]], Ct));
        Assert.Empty(await store.ListAllAsync("", Ct));
        Assert.Equal(CreateOutcome.Created, await store.CreateAsync(names[3], "y"u8.ToArray(), Ct));
    }

    [Fact]
    public async Task Cleaning_up_leaves_running_uploads_alone()
    {
        var store = CreateStore();
        await using var upload = await store.BeginCreateAsync(Name, Ct);
        await upload.AppendAsync("abc"u8.ToArray(), Ct);
        await store.RemoveRemainsAsync(Ct);
        Assert.Equal(CreateOutcome.Created, await upload.CompleteAsync(Ct));
        Assert.Equal(3, await store.GetSizeAsync(Name, Ct));
    }
}
