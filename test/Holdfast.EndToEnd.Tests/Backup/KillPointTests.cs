using Holdfast.EndToEnd.Tests.Harness;
using Holdfast.Protection.Node;

namespace Holdfast.EndToEnd.Tests.Backup;

/// <summary>
/// The run is killed before and after each of its external effects. Whatever it left, the guest runs and isn't frozen after
/// the next start, the earlier points are whole, and the next backup is right.
/// </summary>
public sealed class KillPointTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>
{
    private readonly Guest _guest = fixture.Guest;

    // The effects of a running VM's incremental backup. A restore's have tests of their own.
    public static TheoryData<string> Gates => [.. Enum.GetValues<Effect>()
        .Where(e => e < Effect.WriteRestoreJournal && e is not Effect.OpenImage)
        .SelectMany(e => new[] { $"{e}:before", $"{e}:after" })];

    [Theory]
    [MemberData(nameof(Gates))]
    public async Task A_backup_killed_at_any_effect_leaves_a_good_chain(string gate)
    {
        var node = await Node.CreateAsync(host);
        await PrepareGuestScriptsAsync();
        await _guest.Agent.RunAsync("dd if=/dev/urandom of=/data/killed bs=64k count=8 2>/dev/null; sync");
        var first = await node.BackUpAsync(_guest);
        if (gate.StartsWith(nameof(Effect.DropStaleCheckpoints), StringComparison.Ordinal))
            Assert.True(await node.RunUntilKilledAsync("Transfer:before", "backup", _guest.Name), "a stale checkpoint to drop");
        await _guest.Agent.RunAsync("dd if=/dev/urandom of=/data/killed bs=64k count=4 conv=notrunc 2>/dev/null; sync");

        Assert.True(await node.RunUntilKilledAsync(gate, "backup", _guest.Name), $"{gate} was not reached");

        await Eventually.TrueAsync("the guest is thawed", async () => !await _guest.Agent.IsFrozenAsync(), 30);
        Assert.Equal("running", await _guest.StateAsync());
        await _guest.Agent.RunAsync("dd if=/dev/urandom of=/data/killed bs=64k count=2 seek=6 conv=notrunc 2>/dev/null; sync");
        var next = await (await node.BackUpWithWitnessAsync(_guest)).EqualsWitnessAsync();
        var points = await node.PointsAsync(_guest.Name);
        Assert.Contains(first.Point, points);
        Assert.Equal(next.Point, points[^1]);
        Assert.Equal("incremental", next.Mode("vda"));
        Assert.False(await _guest.HasBackupJobAsync());
    }

    // Both scripts, so that the effects that run them are reached.
    private async Task PrepareGuestScriptsAsync() => await _guest.Agent.RunAsync("""
        mkdir -p /etc/azure; printf '#!/bin/sh\nexit 0\n' >/etc/azure/pre.sh; cp /etc/azure/pre.sh /etc/azure/post.sh
        chmod 700 /etc/azure/*.sh
        cat >/etc/azure/VMSnapshotScriptPluginConfig.json <<'X'
        {"pluginName":"ScriptRunner","preScriptLocation":"/etc/azure/pre.sh","postScriptLocation":"/etc/azure/post.sh","preScriptParams":[],"postScriptParams":[],
         "preScriptNoOfRetries":0,"postScriptNoOfRetries":0,"timeoutInSeconds":30,"continueBackupOnFailure":true,"fsFreezeEnabled":true}
        X
        chmod 600 /etc/azure/VMSnapshotScriptPluginConfig.json
        """);
}
