using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Crashes;

/// <summary>A run is killed around each effect that touches the guest. The guest is thawed and runs on, and the next backup is right.</summary>
public sealed class FrozenKillPointTests(FrozenKillPointTests.Chain chain) : IClassFixture<FrozenKillPointTests.Chain>
{
    [Theory]
    [MemberData(nameof(KillGates.Booted), MemberType = typeof(KillGates))]
    public async Task A_backup_killed_at_any_effect_on_the_guest_leaves_it_thawed_and_a_good_chain(string gate)
    {
        var (guest, node) = (chain.Guest, chain.Node);
        var before = await node.PointsAsync(guest.Name);
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/data/killed bs=64k count=4 2>/dev/null; sync");

        await node.RunUntilKilledAsync(gate, "backup", guest.Name);

        await Eventually.TrueAsync("the guest is thawed", async () => !await guest.Agent.IsFrozenAsync(), 30);
        Assert.Equal("running", await guest.StateAsync());
        await guest.Agent.RunAsync("dd if=/dev/urandom of=/data/killed bs=64k count=2 seek=6 conv=notrunc 2>/dev/null; sync");
        var next = await (await node.BackUpWithWitnessAsync(guest)).EqualsWitnessAsync();
        Assert.Equal("application", next.Consistency);
        Assert.Equal("incremental", next.Mode("vda"));
        Assert.Equal([.. before, next.Point], await node.PointsAsync(guest.Name));
        Assert.EndsWith(next.Point, Assert.Single(await guest.CheckpointsAsync()), StringComparison.Ordinal);
        Assert.False(await guest.HasBackupJobAsync());
    }

    /// <summary>A booted guest with its first point, and with both scripts, so that the effects that run them are reached.</summary>
    public sealed class Chain(Host host) : IAsyncLifetime
    {
        internal Guest Guest { get; private set; } = null!;

        internal Node Node { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Guest = await Guest.BootAsync(host, GuestSpec.OneDisk);
            Node = await Node.CreateAsync(host);
            await Guest.Agent.RunAsync("""
                mkdir -p /etc/azure; printf '#!/bin/sh\nexit 0\n' >/etc/azure/pre.sh; cp /etc/azure/pre.sh /etc/azure/post.sh
                chmod 700 /etc/azure/*.sh
                cat >/etc/azure/VMSnapshotScriptPluginConfig.json <<'X'
                {"pluginName":"ScriptRunner","preScriptLocation":"/etc/azure/pre.sh","postScriptLocation":"/etc/azure/post.sh",
                 "preScriptParams":[],"postScriptParams":[],"preScriptNoOfRetries":0,"postScriptNoOfRetries":0,
                 "timeoutInSeconds":30,"continueBackupOnFailure":true,"fsFreezeEnabled":true}
                X
                chmod 600 /etc/azure/VMSnapshotScriptPluginConfig.json
                """);
            await Node.BackUpAsync(Guest);
        }

        public async ValueTask DisposeAsync()
        {
            if (Guest is not null)
                await Guest.DisposeAsync();
        }
    }
}
