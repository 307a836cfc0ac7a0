using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>Jobs that can't be cancelled, each for its own reason, and libvirt's daemon lost in the middle of one.</summary>
public sealed class HeldJobTests(HeldVm held) : IClassFixture<HeldVm>, IAsyncLifetime
{
    private ApiClient Api => held.Api;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    // A case that failed half-way must not fail the others.
    public async ValueTask DisposeAsync()
    {
        await held.Storage.ReleaseAsync();
        await held.Libvirt.StartDaemonAsync();
        await held.Libvirt.SignalDaemonAsync("CONT");
    }

    [Fact]
    [Condition("J01", Proof.Provocation)]
    public async Task J01_job_that_is_neither_backup_nor_restore_cannot_be_cancelled()
    {
        var jobs = (await Api.GetAsync(Api.Vault + "/backupJobs"))["value"]!.AsArray();
        var configured = jobs.First(j => (string)j!["properties"]!["operation"]! == "ConfigureBackup")!;
        await AssertRefusedAsync("HoldfastJobTypeNotCancellable", (string)configured["name"]!);
    }

    [Fact]
    [Condition("J02", Proof.Provocation)]
    public async Task J02_backup_that_publishes_its_point_can_no_longer_be_cancelled_and_completes()
    {
        var job = await held.BeginHeldBackupAsync();
        // All is read; what comes next is to ask libvirt for the VM's configuration.
        await held.Libvirt.SignalDaemonAsync("STOP");
        await held.Storage.ReleaseAsync();
        await Eventually.TrueAsync("it has passed the point", async () => (await Api.JobAsync(job))["properties"]!["actionsInfo"] is not JsonArray { Count: > 0 });
        Assert.Equal("InProgress", (string)(await Api.JobAsync(job))["properties"]!["status"]!);
        await AssertRefusedAsync("HoldfastJobPastNoReturn", job);

        await held.Libvirt.SignalDaemonAsync("CONT");
        Assert.StartsWith("Completed", await StatusAtEndAsync(job), StringComparison.Ordinal);
    }

    [Fact]
    [Condition("J03", Proof.Provocation)]
    public async Task J03_backup_that_is_being_cancelled_or_has_been_cannot_be_cancelled_again()
    {
        var job = await held.BeginHeldBackupAsync();
        var (status, body, operation) = await Api.CancelAsync(job);
        Assert.True(status == 202, body);
        await AssertRefusedAsync("HoldfastJobNotInProgress", job);
        await held.Storage.ReleaseAsync();
        Assert.Equal("Cancelled", await StatusAtEndAsync(job));
        await AssertRefusedAsync("HoldfastJobNotInProgress", job);
        Assert.Equal("Succeeded", (string)(await Api.GetAsync(operation!))["status"]!);
        Assert.False(await held.Vm.Guest.HasBackupJobAsync());
    }

    [Fact]
    [Condition("J04", Proof.Provocation)]
    public async Task J04_cancellation_fails_where_libvirt_is_lost_before_it_has_ended_its_job_and_the_next_backup_cleans_up()
    {
        var job = await held.BeginHeldBackupAsync();
        await held.Libvirt.SignalDaemonAsync("STOP");
        var (status, body, operation) = await Api.CancelAsync(job);
        Assert.True(status == 202, body);
        await held.Libvirt.StopDaemonAsync();
        var ended = (await Api.EndedAsync(job))["properties"]!;
        Assert.Equal("Failed", (string)ended["status"]!);
        Assert.Equal(["HoldfastHypervisorConnectionLost"], CodesOf(ended));
        var seen = await Api.GetAsync(operation!);
        Assert.Equal(("Failed", "HoldfastJobCancelFailed"), ((string)seen["status"]!, (string)seen["error"]!["code"]!));

        await held.Storage.ReleaseAsync();
        await held.Libvirt.StartDaemonAsync();
        Assert.True(await held.Vm.Guest.HasBackupJobAsync(), "the node couldn't end it");
        await held.BackUpAsync();
        Assert.False(await held.Vm.Guest.HasBackupJobAsync());
    }

    [Fact]
    [Condition("B12", Proof.Provocation)]
    public async Task B12_backup_that_loses_libvirt_fails_for_that_and_the_next_one_is_good()
    {
        var job = await held.BeginHeldBackupAsync();
        await held.Libvirt.StopDaemonAsync();
        await held.Storage.ReleaseAsync();
        await held.Libvirt.StartDaemonAsync();
        var ended = (await Api.EndedAsync(job))["properties"]!;
        Assert.Equal("Failed", (string)ended["status"]!);
        Assert.Equal(["HoldfastHypervisorConnectionLost"], CodesOf(ended));
        await held.BackUpAsync();
        Assert.False(await held.Vm.Guest.HasBackupJobAsync());
    }

    private static IEnumerable<string> CodesOf(JsonNode job) => job["errorDetails"]!.AsArray().Select(e => (string)e!["errorTitle"]!);

    private async Task<string> StatusAtEndAsync(string job) => (string)(await Api.EndedAsync(job))["properties"]!["status"]!;

    private async Task AssertRefusedAsync(string code, string job)
    {
        var (status, body, operation) = await Api.CancelAsync(job);
        Assert.True(status is >= 400 and < 500 && operation is null, body);
        Assert.Equal(code, (string)JsonNode.Parse(body)!["error"]!["code"]!);
    }
}
