using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

/// <summary>
/// An in-place restore of three files (two images, and one that isn't there yet) is cut off after every single step; then the
/// recovery of the next start runs, itself cut off anywhere, and the VM's files are all old or all new. The steps are replayed by
/// plain file calls, not by the code under test, on libvirt's test driver.
/// </summary>
public sealed class FileSwapTests
{
    private const string Old = "old";
    private const string New = "new";
    private static readonly string[] Names = ["a", "b", "c"];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Number of steps: three new files, seal, two moved aside, three placed, two deleted.</summary>
    public static TheoryData<int> CutAfter => new(Enumerable.Range(0, 12));

    [Theory]
    [MemberData(nameof(CutAfter))]
    public async Task A_restore_cut_off_anywhere_leaves_all_old_or_all_new(int steps)
    {
        using var world = new World();
        world.Replay(steps);
        var faults = await world.RecoverAsync();

        var content = world.Contents();
        var isNew = steps >= World.SealedAfter;
        Assert.All(content, c => Assert.Equal(isNew ? New : c.Key == "c" ? null : Old, c.Value));
        Assert.Equal(isNew ? "HoldfastInPlaceCompleted" : "HoldfastInPlaceRolledBack", Assert.Single(faults).Code.ToString());
        Assert.Empty(world.Leftovers());
        Assert.Equal(isNew, InPlaceMark.IsSet(world.Paths, world.Uuid));
        Assert.Empty(await world.RecoverAsync());
    }

    [Theory]
    [MemberData(nameof(CutAfter))]
    public async Task A_VM_that_was_started_meanwhile_keeps_what_it_runs_on(int steps)
    {
        using var world = new World();
        world.Replay(steps);
        var before = world.Contents();
        // libvirt wouldn't start a VM with a file missing.
        var canRun = before["a"] is not null && before["b"] is not null;
        if (!canRun)
            return;
        world.Start();
        await world.RecoverAsync();
        Assert.Equal(before["a"], world.Contents()["a"]);
        Assert.Equal(before["b"], world.Contents()["b"]);
        Assert.Equal(before["a"], before["b"]);
        Assert.Empty(world.Leftovers());
    }

    [Fact]
    public async Task Writes_to_the_old_images_after_the_crash_are_never_lost()
    {
        using var world = new World();
        world.Replay(World.SealedAfter);
        await File.WriteAllTextAsync(world.Folder["b"], "old, and written to since", Ct);
        var fault = Assert.Single(await world.RecoverAsync());
        Assert.Equal("HoldfastInPlaceRolledBack", fault.Code.ToString());
        Assert.Equal(Old, world.Contents()["a"]);
        Assert.Equal("old, and written to since", world.Contents()["b"]);
        Assert.Empty(world.Leftovers());
    }

    [Fact]
    public async Task A_file_that_took_a_name_meanwhile_is_never_deleted()
    {
        using var world = new World();
        world.Replay(World.SealedAfter);
        await File.WriteAllTextAsync(world.Folder["c"], "somebody else's", Ct);
        var fault = Assert.Single(await world.RecoverAsync());
        Assert.Equal("HoldfastInPlaceRecoveryFailed", fault.Code.ToString());
        Assert.Equal("somebody else's", world.Contents()["c"]);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public async Task An_undo_that_is_cut_off_goes_on_as_an_undo_and_no_old_file_is_lost(string obstacle)
    {
        using var world = new World();
        world.Replay(World.PlacedAfter);
        world.TakeName(obstacle);
        using (var journal = RestoreJournalFile.TakeDead(world.Paths, []).Single())
            Assert.Throws<IOException>(() => ImageRestorer.Abandon(journal, host: null));
        Assert.DoesNotContain(New, world.Contents().Values);

        Assert.Equal("HoldfastInPlaceRecoveryFailed", Assert.Single(await world.RecoverAsync()).Code.ToString());
        Assert.True(File.Exists(world.OldPathOf(obstacle)));

        File.Delete(world.Folder[obstacle]);
        Assert.Equal("HoldfastInPlaceRolledBack", Assert.Single(await world.RecoverAsync()).Code.ToString());
        Assert.Equal([Old, Old, null], world.Contents().OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value));
        Assert.Empty(world.Leftovers());
    }

    [Fact]
    public async Task An_undo_that_is_cut_off_before_its_first_step_leaves_the_VM_what_it_may_run_on()
    {
        using var world = new World();
        world.Replay(World.PlacedAfter);
        using (var journal = RestoreJournalFile.TakeDead(world.Paths, []).Single())
            journal.Save(journal.Journal with { Sealed = false });
        world.Start();
        Assert.Equal("HoldfastInPlaceCompleted", Assert.Single(await world.RecoverAsync()).Code.ToString());
        Assert.All(world.Contents(), c => Assert.Equal(New, c.Value));
    }

    [Fact]
    public async Task What_a_VM_starts_without_is_in_place_before_its_image_in_both_directions()
    {
        using var folder = new TemporaryFolder();
        List<RestoreItem> items = [.. ((string[])["image", "variables"]).Select(n => RestoreItem.Make("id", n, folder[n], replaces: true))];
        foreach (var item in items)
        {
            await File.WriteAllTextAsync(item.Path, Old, Ct);
            await File.WriteAllTextAsync(item.NewPath, New, Ct);
        }

        items = [.. ImageRestorer.Stamped(items)];
        await FileSwap.MoveOldAsync(items, EffectGate.Open);
        await File.WriteAllTextAsync(folder["image"], "somebody else's", Ct);
        await Assert.ThrowsAsync<IOException>(() => FileSwap.PlaceNewAsync(items, EffectGate.Open));
        Assert.Equal(New, await File.ReadAllTextAsync(folder["variables"], Ct));
        Assert.Throws<IOException>(() => FileSwap.Undo(items));
        Assert.Equal(Old, await File.ReadAllTextAsync(folder["variables"], Ct));
    }

    [Fact]
    public async Task A_mixture_of_old_and_new_files_is_never_finished()
    {
        using var world = new World();
        world.Replay(World.PlacedAfter);
        File.Move(world.OldPathOf("a"), world.Folder["a"], overwrite: true);

        Assert.Equal("HoldfastInPlaceRecoveryFailed", Assert.Single(await world.RecoverAsync()).Code.ToString());

        Assert.Equal(Old, world.Contents()["a"]);
        Assert.Equal(Old, await File.ReadAllTextAsync(world.OldPathOf("b"), Ct));
    }

    [Fact]
    public async Task A_restore_that_is_alive_is_left_alone()
    {
        using var world = new World();
        world.Replay(2);
        using var alive = RestoreJournalFile.TakeDead(world.Paths, []).Single();
        Assert.Empty(await world.RecoverAsync());
        Assert.NotEmpty(world.Leftovers());
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_reported_and_does_not_stop_the_others()
    {
        using var world = new World();
        world.Replay(2);
        var damaged = Path.Combine(world.Paths.State, "restores", "000000000000.json");
        await File.WriteAllTextAsync(damaged, "{", Ct);
        var faults = await world.RecoverAsync();
        Assert.Equal(["HoldfastInPlaceRecoveryFailed", "HoldfastInPlaceRolledBack"], faults.Select(f => f.Code.ToString()).Order());
        Assert.True(File.Exists(damaged));
    }

    private sealed class World : IDisposable
    {
        public const int SealedAfter = 4;
        public const int PlacedAfter = 9;
        private readonly LibvirtConnection _host = LibvirtConnection.Open("test:///default");
        private readonly List<RestoreItem> _items;
        private readonly string _id = RestoreJournalFile.NewId();

        public World()
        {
            Paths = new NodePaths(Folder["state"], Folder["cache"], null);
            Directory.CreateDirectory(Folder["state"]);
            File.WriteAllText(Folder["a"], Old);
            File.WriteAllText(Folder["b"], Old);
            _items = [Item("a", true), Item("b", true), Item("c", false)];
            using var domain = _host.DefineDomain(
                $"""
                <domain type='test'><name>{_id}</name><uuid>{Uuid:D}</uuid><memory>8192</memory><os><type>hvm</type></os>
                <devices><disk type='file' device='disk'><source file='{Folder["a"]}'/><target dev='vda'/></disk></devices></domain>
                """,
                validate: false);
        }

        public TemporaryFolder Folder { get; } = new();

        public Guid Uuid { get; } = Guid.NewGuid();

        public NodePaths Paths { get; }

        /// <summary>Does the first steps of a restore, by other means than the restore itself.</summary>
        public void Replay(int steps)
        {
            var journal = RestoreJournalFile.Create(Paths, new RestoreJournal
            {
                Id = _id,
                Kind = RestoreKind.InPlace,
                Uuid = Uuid,
                Vm = "vm",
                Point = "p",
                Vault = "v",
                Items = _items,
            });
            List<Action> all = [];
            all.AddRange(_items.Select(i => (Action)(() => File.WriteAllText(i.NewPath, New))));
            all.Add(() => journal.Save(journal.Journal with { Sealed = true, Items = ImageRestorer.Stamped(_items) }));
            all.AddRange(_items.Where(i => i.OldPath is not null).Select(i => (Action)(() => File.Move(i.Path, i.OldPath!))));
            all.AddRange(Enumerable.Reverse(_items).Select(i => (Action)(() => File.Move(i.NewPath, i.Path))));
            all.AddRange(_items.Where(i => i.OldPath is not null).Select(i => (Action)(() => File.Delete(i.OldPath!))));
            Assert.Equal(11, all.Count);
            foreach (var step in all.Take(steps))
                step();
            // The process is gone, its lock with it; the journal stays.
            journal.Dispose();
        }

        /// <summary>Puts somebody else's file at a path of the VM's; it is another file than any before it.</summary>
        public void TakeName(string name)
        {
            File.WriteAllText(Folder["other"], "somebody else's");
            File.Move(Folder["other"], Folder[name], overwrite: true);
        }

        public string OldPathOf(string name) => _items.Single(i => i.Target == name).OldPath!;

        public void Start()
        {
            using var domain = _host.LookupDomain(Uuid);
            domain.Start();
        }

        public async Task<IReadOnlyList<Fault>> RecoverAsync() =>
            await new InPlaceRecovery(new EngineContext { Paths = Paths, Host = _host }).RecoverAsync(Ct);

        public Dictionary<string, string?> Contents() => Names
            .ToDictionary(n => n, n => File.Exists(Folder[n]) ? File.ReadAllText(Folder[n]) : null);

        public IReadOnlyList<string> Leftovers() =>
            [.. Directory.GetFiles(Folder.Path, "*holdfast-*"), .. Directory.GetFiles(Folder["state"] + "/restores")];

        public void Dispose()
        {
            _host.Dispose();
            Folder.Dispose();
        }

        private RestoreItem Item(string name, bool replaces) => RestoreItem.Make(_id, name, Folder[name], replaces);
    }
}
