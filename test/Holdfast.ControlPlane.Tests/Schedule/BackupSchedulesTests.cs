using Holdfast.ControlPlane.Schedule;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Tests.Policies;

namespace Holdfast.ControlPlane.Tests.Schedule;

/// <summary>Schedules on real schedulers and both databases. Clocks are set to just before what is due, and then run as clocks do.</summary>
public sealed class BackupSchedulesTests(PostgresServer postgres) : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("holdfast-schedule-");
    private readonly RecordingItems _items = new();

    public static TheoryData<string> Databases => ["sqlite", "postgres"];

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_backup_is_queued_when_it_is_due_and_the_next_one_is_armed(string database)
    {
        var item = Add("UTC", 12, 0);
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync(database), Clock(Noon.AddSeconds(-8)), _items);
        Assert.Equal(new(item, Noon, IsLate: false), await _items.Backups.ReadAsync(Soon));
        await UntilNextRunIsAsync(node, item, Noon.AddDays(1));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Runs_missed_while_no_node_ran_are_made_up_for_by_one_late_run(string database)
    {
        var options = await OptionsAsync(database);
        var item = Add("UTC", 12, 0);
        await using (var node = await SchedulerNode.StartAsync(options, Clock(Noon.AddHours(-1)), _items))
            Assert.Equal(Noon, await node.Schedules.NextRunAsync(item, Soon));

        await using var later = await SchedulerNode.StartAsync(options, Clock(Noon.AddDays(3).AddHours(1)), _items);
        Assert.Equal(new(item, Noon, IsLate: true), await _items.Backups.ReadAsync(Soon));
        await UntilNextRunIsAsync(later, item, Noon.AddDays(4));
        Assert.Equal(1, _items.Announced);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task What_a_clock_that_was_ahead_had_armed_is_armed_anew(string database)
    {
        var options = await OptionsAsync(database);
        var item = Add("UTC", 12, 0);
        await using (var ahead = await SchedulerNode.StartAsync(options, Clock(Noon.AddYears(1).AddHours(-1)), _items))
            Assert.Equal(Noon.AddYears(1), await ahead.Schedules.NextRunAsync(item, Soon));

        await using var node = await SchedulerNode.StartAsync(options, Clock(Noon.AddHours(-1)), _items);
        Assert.Equal(Noon, await node.Schedules.NextRunAsync(item, Soon));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task An_item_that_is_not_scheduled_any_more_loses_its_trigger_and_gets_it_back(string database)
    {
        var item = Add("UTC", 12, 0);
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync(database), Clock(Noon.AddHours(-1)), _items);
        Assert.True(_items.Policies.TryRemove(item, out var policy));
        await node.Schedules.ReconcileAsync(Soon);
        Assert.Null(await node.Schedules.NextRunAsync(item, Soon));

        _items.Policies[item] = policy;
        await node.Schedules.ReconcileAsync(Soon);
        Assert.Equal(Noon, await node.Schedules.NextRunAsync(item, Soon));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Reconciling_arms_what_is_missing_replaces_what_changed_removes_what_is_superfluous_and_leaves_the_rest(string database)
    {
        var (kept, changed, stopped) = (Add("UTC", 12, 0), Add("UTC", 12, 0), Add("UTC", 12, 0));
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync(database), Clock(Noon.AddHours(-1)), _items);
        var added = Add("Europe/Berlin", 12, 30);
        _items.Policies[changed] = SamplePolicies.Daily("UTC", 13, 30) with { StartWindow = TimeSpan.FromMinutes(10) };
        _items.Policies.TryRemove(stopped, out _);

        Assert.Equal((2, 1), await node.Schedules.ReconcileAsync(Soon));
        Assert.Equal((0, 0), await node.Schedules.ReconcileAsync(Soon));
        Assert.Equal(Noon, await node.Schedules.NextRunAsync(kept, Soon));
        Assert.Equal(new ScheduledItem(changed, _items.Policies[changed]).Next(Noon).Start, await node.Schedules.NextRunAsync(changed, Soon));
        Assert.Equal(Noon.AddMinutes(-30), await node.Schedules.NextRunAsync(added, Soon));
        Assert.Null(await node.Schedules.NextRunAsync(stopped, Soon));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_due_backup_that_cannot_be_queued_now_is_tried_again_soon(bool queueFails)
    {
        var item = Add("UTC", 12, 0);
        _items.Answers.Enqueue(queueFails ? () => throw new IOException("The database is away.") : () => DueOutcome.Busy);
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync("sqlite"), Clock(Noon.AddSeconds(-8)), _items);
        DateTimeOffset? next;
        while ((next = await node.Schedules.NextRunAsync(item, Soon)) is null || next == Noon)
            await Task.Delay(50, Soon);
        Assert.InRange(next.Value, Noon + BackupSchedules.RetryAfter, Noon + BackupSchedules.RetryAfter + TimeSpan.FromMinutes(1));

        // The same run, not the next day's.
        await node.Schedules.FireAsync(item, new(Noon, Noon), Soon);
        Assert.Equal(new(item, Noon, IsLate: false), await _items.Backups.ReadAsync(Soon));
    }

    [Fact]
    public async Task A_due_backup_whose_item_cannot_be_read_then_is_queued_once_it_can_and_the_next_one_is_armed()
    {
        var item = Add("UTC", 12, 0);
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync("sqlite"), Clock(Noon.AddSeconds(30)), _items);
        _items.FindFailures = 2;
        await node.Schedules.FireAsync(item, new(Noon, Noon), Soon);
        await node.Schedules.ReconcileAsync(Soon);
        await node.Schedules.ReconcileAsync(Soon);
        Assert.Equal(new(item, Noon, IsLate: false), await _items.Backups.ReadAsync(Soon));
        Assert.Equal(Noon.AddDays(1), await node.Schedules.NextRunAsync(item, Soon));
    }

    [Fact]
    public async Task A_due_backup_that_is_announced_twice_is_queued_once()
    {
        var item = Add("UTC", 18, 0);
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync("sqlite"), Clock(Noon), _items);
        await node.Schedules.FireAsync(item, new(Noon, Noon), Soon);
        await node.Schedules.FireAsync(item, new(Noon, Noon), Soon);
        Assert.True(_items.Backups.TryRead(out _));
        Assert.False(_items.Backups.TryRead(out _));
        Assert.Equal(Noon.AddHours(6), await node.Schedules.NextRunAsync(item, Soon));
    }

    [Fact]
    public async Task Of_two_nodes_each_due_backup_is_queued_by_one()
    {
        var database = await postgres.CreateDatabaseAsync(Soon);
        var items = Enumerable.Range(0, 300).Select(_ => Add("UTC", 12, 0)).ToHashSet();
        await using (await SchedulerNode.StartAsync(new() { Postgres = database, NodeName = "n1" }, Clock(Noon.AddHours(-1)), _items))
        {
        }

        // All are due at once, and the nodes ask for them at the same time.
        var clock = Clock(Noon);
        var nodes = await Task.WhenAll(((string[])["n1", "n2"]).Select(
            n => SchedulerNode.StartAsync(new() { Postgres = database, NodeName = n }, clock, _items)));
        await using var first = nodes[0];
        await using var second = nodes[1];
        var due = new List<RecordingItems.Queued>();
        while (due.Count < items.Count)
            due.Add(await _items.Backups.ReadAsync(Soon));
        Assert.True(items.SetEquals(due.Select(d => d.ItemId)));
        foreach (var item in items)
            await UntilNextRunIsAsync(second, item, Noon.AddDays(1));
        Assert.Equal(items.Count, _items.Announced);
        Assert.False(_items.Backups.TryRead(out _));
    }

    [Fact]
    public async Task What_a_stopped_node_had_armed_runs_on_the_other()
    {
        var database = await postgres.CreateDatabaseAsync(Soon);
        var item = Add("UTC", 12, 0);
        var clock = Clock(Noon.AddSeconds(-8));
        await using (await SchedulerNode.StartAsync(new() { Postgres = database, NodeName = "n1" }, clock, _items))
        {
        }

        await using var other = await SchedulerNode.StartAsync(new() { Postgres = database, NodeName = "n2" }, clock, _items);
        Assert.Equal(new(item, Noon, IsLate: false), await _items.Backups.ReadAsync(Soon));
    }

    [Fact]
    public async Task A_backup_whose_node_died_while_it_queued_it_is_queued_by_the_next_start()
    {
        var options = await OptionsAsync("sqlite");
        var item = Add("UTC", 12, 0);
        var hanging = new HangingItems(_items);

        // It never comes back from the queue, as if it had been killed there.
        await using var dead = await SchedulerNode.StartAsync(options, Clock(Noon.AddSeconds(-8)), hanging);
        await hanging.Reached.WaitAsync(Soon);

        await using var next = await SchedulerNode.StartAsync(options, Clock(Noon.AddSeconds(20)), _items);
        Assert.Equal(new(item, Noon, IsLate: false), await _items.Backups.ReadAsync(Soon));
        await UntilNextRunIsAsync(next, item, Noon.AddDays(1));
        hanging.Release();
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Maintenance_runs_at_start_and_again_and_outlives_a_failure(string database)
    {
        var task = new CountingTask();
        await using var node = await SchedulerNode.StartAsync(await OptionsAsync(database), Clock(Noon), _items, task);
        for (var i = 0; i < 3; i++)
            await task.Runs.WaitAsync(Soon);
    }

    private static ShiftedTime Clock(DateTimeOffset start) => new(start);

    private static async Task UntilNextRunIsAsync(SchedulerNode node, Guid item, DateTimeOffset expected)
    {
        var soon = Soon;
        while (await node.Schedules.NextRunAsync(item, soon) != expected)
            await Task.Delay(50, soon);
    }

    private Guid Add(string zone, int hour, int minute)
    {
        var item = Guid.NewGuid();
        _items.Policies[item] = SamplePolicies.Daily(zone, hour, minute);
        return item;
    }

    private async Task<ScheduleOptions> OptionsAsync(string database) => new()
    {
        Postgres = database == "postgres" ? await postgres.CreateDatabaseAsync(Soon) : null,
        SqliteFile = database == "sqlite" ? Path.Combine(_folder.FullName, "scheduler.db") : null,
        NodeName = "n1",
    };

    private sealed class CountingTask : IMaintenanceTask
    {
        private int _runs;

        public SemaphoreSlim Runs { get; } = new(0);

        public string Name => "count";

        public TimeSpan Interval => TimeSpan.FromSeconds(1);

        public Task RunAsync(CancellationToken ct)
        {
            Runs.Release();
            return Interlocked.Increment(ref _runs) == 1 ? throw new InvalidOperationException("The first one fails.") : Task.CompletedTask;
        }
    }
}
