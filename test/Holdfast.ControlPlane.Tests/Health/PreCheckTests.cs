using Holdfast.ControlPlane.Health;
using Holdfast.ControlPlane.Hosts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Tests.Databases;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Tests.Health;

/// <summary>With the domain "test" of libvirt's test driver as the VM.</summary>
public sealed class PreCheckTests(PostgresServer postgres)
{
    private static CancellationToken Ct => World.Ct;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task An_item_is_examined_by_one_node_and_again_after_the_interval(DatabaseKind kind)
    {
        await using var world = await World.CreateAsync(kind, postgres);
        await using var second = world.CreateSecondNode();
        var item = await ProtectTestAsync(world);
        Assert.Equal(0, await RoundAsync(world));
        await ReportAsync(world, second);
        Assert.Equal(1, (await Task.WhenAll(RoundAsync(world), RoundAsync(second))).Sum());
        var found = await world.ItemAsync(item);
        Assert.Equal(world.Time.GetUtcNow(), found.PreCheckUtc);
        Assert.DoesNotContain(found.PreCheck, f => f.Code.Value is "UserErrorVmNotFoundV2" or "HoldfastHostNotReached");
        Assert.InRange(found.PreCheckDueUtc!.Value - world.Time.GetUtcNow(), world.Options.PreCheckInterval, world.Options.PreCheckInterval + world.Options.PreCheckJitter);

        Assert.Equal(0, await RoundAsync(world));
        world.Time.Advance(world.Options.PreCheckInterval + world.Options.PreCheckJitter);
        Assert.Equal(1, await RoundAsync(second));
        await world.Get<PreChecks>().HurryAsync(world.Vault, null, Ct);
        Assert.Equal(1, await RoundAsync(world));
    }

    [Fact]
    public async Task A_VM_that_is_gone_is_told_apart_from_a_host_that_is_out_of_reach()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var gone = await world.AddItemAsync("gone");
        await ReportAsync(world);
        await RoundAsync(world);
        Assert.Equal(["UserErrorVmNotFoundV2"], (await world.ItemAsync(gone)).PreCheck.Select(f => f.Code.Value));

        await world.ChangeHostAsync(h => h.Uri = "qemu+unix:///system?socket=/nowhere/socket");
        world.Time.Advance(TimeSpan.FromHours(2));
        await ReportAsync(world);
        await RoundAsync(world);
        Assert.Equal(["HoldfastHostNotReached"], (await world.ItemAsync(gone)).PreCheck.Select(f => f.Code.Value));
    }

    [Fact]
    public async Task While_a_job_works_on_an_item_it_is_left_alone_and_examined_afterwards()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await ProtectTestAsync(world);
        await world.Get<BackupRequests>().TriggerAsync(item, null, null, Ct);
        await world.Runner.StepAsync(isStart: true, Ct);
        await world.Engine.WaitForOneAsync();
        Assert.Equal(0, await RoundAsync(world));
        world.Engine.Release();
        await world.Runner.WhenIdleAsync();
        Assert.Equal(1, await RoundAsync(world));
        Assert.NotNull((await world.ItemAsync(item)).PreCheckUtc);
    }

    [Fact]
    public async Task Programs_in_a_guest_are_refused_for_one_VM_and_its_store_remembers_it()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await ProtectTestAsync(world);
        Assert.True((await world.Get<GuestPrograms>().AllowAsync(world.Vault, item, isAllowed: false, Ct)).RefusesGuestPrograms);
        await using var after = await world.CreateWithoutDatabaseAsync(DatabaseKind.Sqlite, postgres);
        await after.Get<Vaults.StoreRecovery>().RecoverAsync(Ct);
        await using var db = after.Db();
        Assert.True((await db.Items.SingleAsync(Ct)).RefusesGuestPrograms);
    }

    [Fact]
    public async Task P03_what_a_changed_policy_leads_to_shows_in_the_health_of_its_items()
    {
        await using var world = await World.CreateAsync(DatabaseKind.Sqlite, postgres);
        var item = await ProtectTestAsync(world);
        await ReportAsync(world);
        await RoundAsync(world);
        Assert.DoesNotContain((await world.ItemAsync(item)).PreCheck, f => f.Code.Value == "HoldfastPolicyRoundHour");
        // On the hour, and without a window over which items would be spread.
        var changed = System.Text.Json.Nodes.JsonNode.Parse(world.Policy.Properties.Replace("T22:30:00", "T22:00:00", StringComparison.Ordinal))!;
        changed["holdfast"] = new System.Text.Json.Nodes.JsonObject { ["startWindowMinutes"] = 0 };
        using var properties = System.Text.Json.JsonDocument.Parse(changed.ToJsonString());
        world.Time.Advance(TimeSpan.FromSeconds(1));
        var policy = await world.Get<BackupPolicies>().PutAsync(world.Vault, world.Policy.Name, properties.RootElement, Ct);
        await world.Get<PreChecks>().HurryAsync(world.Vault, policy.Id, Ct);
        await RoundAsync(world);
        Assert.Contains((await world.ItemAsync(item)).PreCheck, f => f.Code.Value == "HoldfastPolicyRoundHour");
    }

    private static async Task<ProtectedItemRow> ProtectTestAsync(World world)
    {
        var vm = (await world.Get<Inventory>().ListVmsAsync(world.Host.SubscriptionId, null, Ct)).Single();
        var item = await world.AddItemAsync(vm.Name);
        await using var db = world.Db();
        (await db.Items.SingleAsync(i => i.ItemId == item.ItemId, Ct)).SourceId = vm.Uuid;
        await db.SaveChangesAsync(Ct);
        return await world.ItemAsync(item);
    }

    private static Task<int> RoundAsync(World world) => world.Get<PreCheckService>().RunRoundAsync(Ct);

    private static async Task ReportAsync(params World[] nodes)
    {
        foreach (var node in nodes)
            await node.Get<NodePresence>().ReportAsync(Ct);
    }
}
