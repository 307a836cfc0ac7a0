using Holdfast.Nbd.Tests.Servers;

namespace Holdfast.Nbd.Tests;

/// <summary>Runs by itself: allocations are counted for the whole process.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public async Task Reading_hardly_allocates()
    {
        using var server = await NbdServer.NbdkitAsync("memory", "16M");
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "", ct: TestContext.Current.CancellationToken);
        using var cancel = new CancellationTokenSource();
        var buffer = new byte[1 << 16];
        async Task<long> MeasureAsync(int reads)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < reads; i++)
                await client.ReadAsync(0, buffer, cancel.Token);
            return (GC.GetTotalAllocatedBytes(precise: true) - before) / reads;
        }
        await MeasureAsync(1000);
        var perRead = await MeasureAsync(4000);
        // Without optimisation every async method allocates its state machine.
#if DEBUG
        const int perReadMax = 2048;
#else
        const int perReadMax = 256;
#endif
        Assert.True(perRead < perReadMax, $"{perRead} bytes a read");
    }
}
