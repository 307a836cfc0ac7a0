using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

public sealed class FreezeIntentTests : IDisposable
{
    private static readonly ProcessIdentity Dead = ProcessIdentity.Current() with { StartTicks = 1 };
    private static readonly ProcessIdentity OfAnotherBoot = ProcessIdentity.Current() with { BootId = Guid.NewGuid() };

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("hf-intent-");
    private readonly StandInGuest _guest = new();

    private FreezeIntentStore Store => new(_state.FullName);

    public void Dispose() => _state.Delete(recursive: true);

    [Fact]
    public void A_process_is_itself_and_not_one_with_its_number_from_another_time()
    {
        Assert.True(ProcessIdentity.Current().IsAlive());
        Assert.False(Dead.IsAlive());
        Assert.False(OfAnotherBoot.IsAlive());
        Assert.Null(ProcessIdentity.Of(int.MaxValue));
    }

    [Fact]
    public void An_intent_is_read_as_it_was_written_and_only_its_owner_may_read_it()
    {
        var intent = Intent(Dead, Dead);
        Store.Write(intent);
        Store.Write(intent);
        var path = Assert.Single(Store.List());
        Assert.Equal(intent, FreezeIntentStore.TryRead(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Store.Remove(intent.LibvirtUri, intent.DomainId);
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task Recovery_thaws_for_the_dead_and_leaves_the_living_alone()
    {
        Store.Write(Intent(Dead, OfAnotherBoot));
        Store.Write(Intent(ProcessIdentity.Current(), Dead));
        Store.Write(Intent(Dead, ProcessIdentity.Current()));
        var done = await RecoverAsync();
        Assert.Equal(1, done.Count(r => r.Outcome is FreezeRecoveryOutcome.Thawed));
        Assert.Equal(2, done.Count(r => r.Outcome is FreezeRecoveryOutcome.StillOwned));
        Assert.Equal(2, Store.List().Count);
    }

    [Fact]
    public async Task Recovery_forgets_a_guest_that_is_gone()
    {
        _guest.OnThaw = _ => ThawAttempt.Gone;
        Store.Write(Intent(Dead, Dead));
        Assert.Equal(FreezeRecoveryOutcome.GuestGone, Assert.Single(await RecoverAsync()).Outcome);
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task Recovery_that_cannot_reach_a_guest_keeps_its_intent()
    {
        _guest.OnConnect = () => throw new IOException("refused");
        Store.Write(Intent(Dead, Dead));
        Assert.Equal(FreezeRecoveryOutcome.NotReached, Assert.Single(await RecoverAsync()).Outcome);
        Assert.Single(Store.List());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"domainId":"6695eb01-f6a4-8304-79aa-97f2502e193f","libvirtUri":null,"owner":null,"guard":null,"writtenUtc":"2026-01-01T00:00:00Z"}""")]
    public async Task A_file_that_is_no_intent_is_reported_and_kept(string content)
    {
        Store.Write(Intent(Dead, Dead));
        var path = Assert.Single(Store.List());
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(FreezeRecoveryOutcome.Unreadable, Assert.Single(await RecoverAsync()).Outcome);
        Assert.True(File.Exists(path));
        Assert.Equal(0, _guest.Tries);
    }

    private static FreezeIntent Intent(ProcessIdentity owner, ProcessIdentity guard) =>
        new(Guid.NewGuid(), "qemu:///system", owner, guard, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private Task<IReadOnlyList<FreezeRecovery>> RecoverAsync() =>
        FreezeIntentRecovery.RunAsync(Store, _guest, FreezeIntentRecovery.DefaultPatience, new HurriedClock(20), TestContext.Current.CancellationToken);
}
