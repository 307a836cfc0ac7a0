using System.Text.RegularExpressions;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Sources;

namespace Holdfast.Protection.Tests.Restore;

/// <summary>What the recovery does where it can't see all files of a restore, where others have made some, and after a reboot.</summary>
public sealed partial class CrashRecoveryTests
{
    private const string Old = CrashWorld.Old;
    private const string New = CrashWorld.New;
    private const string Failed = "HoldfastInPlaceRecoveryFailed";
    private const string Completed = "HoldfastInPlaceCompleted";
    private const string RolledBack = "HoldfastInPlaceRolledBack";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_placed_while_an_image_cannot_be_seen()
    {
        using var world = new CrashWorld();
        world.MoveOld("vda");
        world.Unmount();

        Assert.Equal(Failed, await world.RecoverAsync());
        Assert.Equal([null, null, Old], world.Contents());
        Assert.True(world.HasJournal);

        world.Mount();
        Assert.Equal(Completed, await world.RecoverAsync());
        Assert.Equal([New, New, New], world.Contents());
        Assert.False(world.HasJournal);
    }

    [Fact]
    public async Task Nothing_is_placed_after_a_restored_image_was_deleted()
    {
        using var world = new CrashWorld();
        File.Delete(world["vdb"].NewPath);

        Assert.Equal(Failed, await world.RecoverAsync());
        Assert.Equal([Old, Old, Old], world.Contents());
        Assert.True(world.HasJournal);
    }

    [Fact]
    public async Task Nothing_is_put_back_while_an_image_cannot_be_seen()
    {
        using var world = new CrashWorld();
        world.MoveOld("vda", "vdb", "nvram");
        world.PlaceNew("nvram", "vdb", "vda");
        world.BeginUndo();
        File.Delete(world["vda"].Path);
        world.Unmount();

        Assert.Equal(Failed, await world.RecoverAsync());
        Assert.Equal([null, null, New], world.Contents());
        Assert.True(world.HasJournal);

        world.Mount();
        Assert.Equal(RolledBack, await world.RecoverAsync());
        Assert.Equal([Old, Old, Old], world.Contents());
        Assert.False(world.HasJournal);
    }

    [Fact]
    public async Task Variables_that_a_failed_start_made_are_no_obstacle_to_the_end_of_a_restore()
    {
        using var world = new CrashWorld();
        world.MoveOld("vda", "vdb", "nvram");
        await File.WriteAllTextAsync(world["nvram"].Path, "made at a start", Ct);

        Assert.Equal(Completed, await world.RecoverAsync());
        Assert.Equal([New, New, New], world.Contents());
        Assert.Equal(["made at a start"], Strays(world));
    }

    [Fact]
    public async Task Variables_that_a_failed_start_made_are_no_obstacle_to_an_undo()
    {
        using var world = new CrashWorld();
        world.MoveOld("vda", "vdb", "nvram");
        await File.WriteAllTextAsync(world["nvram"].Path, "made at a start", Ct);
        world.BeginUndo();

        Assert.Equal(RolledBack, await world.RecoverAsync());
        Assert.Equal([Old, Old, Old], world.Contents());
        Assert.Equal(["made at a start"], Strays(world));
    }

    [Fact]
    public async Task A_TPM_state_that_its_emulator_replaced_since_it_was_placed_is_no_obstacle_to_the_end()
    {
        using var world = new CrashWorld();
        world.MoveOld("vda", "vdb", "nvram");
        world.PlaceNew("nvram", "vdb", "vda");
        await File.WriteAllTextAsync(world.Folder["fs1/next"], "newer", Ct);
        File.Move(world.Folder["fs1/next"], world["nvram"].Path, overwrite: true);

        Assert.Equal(Completed, await world.RecoverAsync());
        Assert.Equal([New, New, "newer"], world.Contents());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_reboot_that_numbers_devices_anew_the_files_are_recognised(bool arePlaced)
    {
        using var world = new CrashWorld();
        world.MoveOld("vda", "vdb", "nvram");
        if (arePlaced)
            world.PlaceNew("nvram", "vdb", "vda");
        world.Rewrite(json => DeviceNumbers().Replace(json, "$1: 7"));

        Assert.Equal(Completed, await world.RecoverAsync());
        Assert.Equal([New, New, New], world.Contents());
    }

    [Fact]
    public async Task A_journal_that_knows_no_birth_times_and_no_folders_is_followed_by_the_devices()
    {
        using var world = new CrashWorld();
        world.MoveOld("vda", "vdb", "nvram");
        world.PlaceNew("nvram");
        world.Rewrite(json => Folders().Replace(BirthTimes().Replace(json, ""), ""));

        Assert.Equal(Completed, await world.RecoverAsync());
        Assert.Equal([New, New, New], world.Contents());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Images_of_a_new_VM_that_another_one_has_by_now_are_kept(bool isSealed)
    {
        using var world = new CrashWorld(RestoreKind.NewVm);
        world.PlaceNew("nvram", "vdb", "vda");
        world.Define("made by hand", world["vda"].Path);
        if (!isSealed)
            world.BeginUndo();

        Assert.Equal("HoldfastInterruptedRestoreCleaned", await world.RecoverAsync());
        Assert.Equal([New, null, null], world.Contents());
        Assert.False(world.HasJournal);
    }

    [Fact]
    public async Task Images_of_a_new_VM_that_are_open_are_kept()
    {
        using var world = new CrashWorld(RestoreKind.NewVm);
        world.PlaceNew("nvram", "vdb", "vda");
        await using var user = await StorageDaemon.StartAsync(Ct);
        await user.OpenImageAsync("image", world["vdb"].Path, "raw", writable: true, Ct);
        await user.ExportAsync("image", "image", writable: true, [], Ct);

        Assert.Equal("HoldfastInterruptedRestoreCleaned", await world.RecoverAsync());
        Assert.Equal([null, New, null], world.Contents());
    }

    private static IEnumerable<string> Strays(CrashWorld world) =>
        Directory.GetFiles(world.Folder["fs1"]).Where(f => !f.EndsWith("/vda", StringComparison.Ordinal) && !f.EndsWith("/vars", StringComparison.Ordinal)).Select(File.ReadAllText);

    [GeneratedRegex("(\"device\"): [0-9]+")]
    private static partial Regex DeviceNumbers();

    [GeneratedRegex(",\\s*\"bornNanoseconds\": [0-9]+")]
    private static partial Regex BirthTimes();

    [GeneratedRegex(",\\s*\"folder\": \\{[^}]*\\}")]
    private static partial Regex Folders();
}
