using Holdfast.Faults;
using Holdfast.Protection.Backup;

namespace Holdfast.Protection.Tests.Backup;

public sealed class TransferWatchTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task A_transfer_that_stands_still_is_cancelled_and_named()
    {
        var watch = new TransferWatch("web1", Window, TimeProvider.System);
        var running = watch.RunAsync(ct => Task.Delay(Timeout.Infinite, ct), TestContext.Current.CancellationToken);
        var failed = await Assert.ThrowsAsync<FaultException>(() => running);
        Assert.Equal("CopyingVHDsFromBackUpVaultTakingLongTime", failed.Fault.Code.Value);
    }

    [Fact]
    public async Task A_failure_of_the_transfer_is_passed_on_and_its_end_ends_the_watch()
    {
        var watch = new TransferWatch("web1", Window, TimeProvider.System);
        await Assert.ThrowsAsync<InvalidDataException>(() => watch.RunAsync(_ => throw new InvalidDataException(), TestContext.Current.CancellationToken));
        await watch.RunAsync(_ => Task.CompletedTask, TestContext.Current.CancellationToken);
    }
}
