using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Crashes;

/// <summary>
/// A run is killed before and after each of its external effects, all on one VM and in one chain. Whatever it left, the earlier points
/// stay, the next backup is incremental and right, and nothing gathers.
/// </summary>
public sealed class KillPointTests(KillPointTests.Chain chain) : IClassFixture<KillPointTests.Chain>
{
    private static readonly string[] Targets = ["vda", "vdb"];

    [Theory]
    [MemberData(nameof(KillGates.Bare), MemberType = typeof(KillGates))]
    public async Task A_backup_killed_at_any_effect_leaves_a_good_chain(string gate)
    {
        var (vm, node) = (chain.Vm, chain.Node);
        string[] backup = ["backup", vm.Name, "--consistency", "crash"];
        if (gate.StartsWith(nameof(Effect.DropStaleCheckpoints), StringComparison.Ordinal))
            await node.RunUntilKilledAsync("Transfer:before", backup);
        var before = await node.PointsAsync(vm.Name);
        var round = chain.NextRound();
        await vm.WriteAsync("vda", 64 * round, 64, (byte)round);

        await node.RunUntilKilledAsync(gate, backup);

        await vm.WriteAsync("vdb", 64 * round, 64, (byte)round);
        var next = await vm.BackUpAndCompareAsync(node);
        var points = await node.PointsAsync(vm.Name);
        Assert.Equal(before, points.Take(before.Count));
        Assert.Equal(before.Count + (KillGates.IsCommitted(gate) ? 2 : 1), points.Count);
        Assert.Equal(next.Point, points[^1]);
        foreach (var target in Targets)
        {
            Assert.Equal("incremental", next.Mode(target));
            Assert.Single(await vm.OurBitmapsAsync(target));
        }

        Assert.EndsWith(next.Point, Assert.Single(await vm.Guest.CheckpointsAsync()), StringComparison.Ordinal);
        Assert.False(await vm.Guest.HasBackupJobAsync());
    }

    /// <summary>A running VM with its first point.</summary>
    public sealed class Chain(Host host) : IAsyncLifetime
    {
        private int _round;

        internal BareVm Vm { get; private set; } = null!;

        internal Node Node { get; private set; } = null!;

        internal int NextRound() => ++_round;

        public async ValueTask InitializeAsync()
        {
            Vm = await BareVm.StartAsync(host, new("vda") { SizeMiB = 16 }, new("vdb") { SizeMiB = 16 });
            Node = await Node.CreateAsync(host);
            await Vm.WriteAsync("vda", 0, 8192, 0x77);
            await Vm.BackUpAsync(Node);
        }

        public async ValueTask DisposeAsync()
        {
            if (Vm is not null)
                await Vm.DisposeAsync();
        }
    }
}
