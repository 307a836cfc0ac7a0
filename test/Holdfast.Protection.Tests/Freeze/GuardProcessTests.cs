using System.Globalization;
using System.Runtime.InteropServices;
using Holdfast.Protection.Freeze;

namespace Holdfast.Protection.Tests.Freeze;

/// <summary>The guard as a process of its own: session, signals, and the death of the node's end of the pipe.</summary>
public sealed partial class GuardProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-guard-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Frozen => Path.Combine(_folder.FullName, "frozen");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task It_leaves_the_session_outlives_signals_and_thaws_when_the_node_is_gone()
    {
        using var process = Start();
        using var guard = await FreezeGuard.ArmAsync(new Given(process), Order, TimeSpan.FromSeconds(60), TimeProvider.System, Ct);
        var pid = process.Identity.Pid;
        Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(pid));
        await File.WriteAllTextAsync(Frozen, "", Ct);
        Assert.True(await guard.AnnounceFreezeAsync());
        foreach (var signal in new[] { 1, 2, 3, 15 })
            Assert.Equal(0, kill(pid, signal));
        Assert.True(process.Identity.IsAlive());
        Assert.True(await guard.HandOverAsync(TimeSpan.FromSeconds(60)));
        Assert.False(File.Exists(Frozen));
        Assert.False(process.Identity.IsAlive());
    }

    [Fact]
    public async Task Disarmed_it_ends_and_leaves_the_guest_alone()
    {
        using var process = Start();
        using var guard = await FreezeGuard.ArmAsync(new Given(process), Order, TimeSpan.FromSeconds(60), TimeProvider.System, Ct);
        await File.WriteAllTextAsync(Frozen, "", Ct);
        await guard.AnnounceFreezeAsync();
        Assert.False(await guard.DisarmAsync());
        await process.WaitForExitAsync(Ct);
        Assert.True(File.Exists(Frozen));
    }

    [Fact]
    public async Task A_guest_out_of_reach_is_not_guarded()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "unreachable"), "", Ct);
        using var process = Start();
        var failure = await Assert.ThrowsAsync<GuardNotArmedException>(
            () => FreezeGuard.ArmAsync(new Given(process), Order, TimeSpan.FromSeconds(60), TimeProvider.System, Ct));
        Assert.Contains("out of reach", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_not_armed() =>
        await Assert.ThrowsAsync<GuardNotArmedException>(() => FreezeGuard.ArmAsync(
            new GuardProcessStarter(new GuardCommand("/nowhere/holdfast")), Order, TimeSpan.FromSeconds(60), TimeProvider.System, Ct));

    [Fact]
    public async Task A_program_that_says_nothing_is_not_armed() =>
        await Assert.ThrowsAsync<GuardNotArmedException>(() => FreezeGuard.ArmAsync(
            new GuardProcessStarter(new GuardCommand("/bin/sleep", "1")), Order, TimeSpan.FromSeconds(60), TimeProvider.System, Ct));

    [Fact]
    public async Task A_guard_does_not_inherit_what_it_need_not_know()
    {
        Environment.SetEnvironmentVariable("HOLDFAST_PASSPHRASE", "secret");
        try
        {
            using var process = Start();
            var environment = await File.ReadAllTextAsync($"/proc/{process.Identity.Pid.ToString(CultureInfo.InvariantCulture)}/environ", Ct);
            Assert.DoesNotContain("secret", environment, StringComparison.Ordinal);
            Assert.Contains(GuardOrTests.Variable, environment, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("HOLDFAST_PASSPHRASE", null);
        }
    }

    private GuardOrder Order => new("test:///default", Guid.NewGuid(), 60, Path.Combine(_folder.FullName, "x.intent"));

    private IGuardProcess Start()
    {
        Environment.SetEnvironmentVariable(GuardOrTests.Variable, _folder.FullName);
        try
        {
            return new GuardProcessStarter(GuardOrTests.Command).Start();
        }
        finally
        {
            Environment.SetEnvironmentVariable(GuardOrTests.Variable, null);
        }
    }

    private static int SessionOf(int pid) => getsid(pid);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial int getsid(int pid);

    private sealed class Given(IGuardProcess process) : IGuardStarter
    {
        public IGuardProcess Start() => process;
    }
}
