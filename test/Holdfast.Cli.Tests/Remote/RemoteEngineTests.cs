using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Restore;
using Holdfast.Vault;

namespace Holdfast.Cli.Tests.Remote;

public sealed class RemoteEngineTests : IDisposable
{
    private static readonly IProgress<RunProgress> NoProgress = new Progress<RunProgress>();
    private readonly StubNode stub = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => stub.Dispose();

    [Fact]
    public async Task A_backup_is_the_nodes_job_and_its_result_is_told_as_of_one_of_this_machine()
    {
        await using var engine = stub.Engine();
        var until = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var result = await engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions { RetainUntil = until }, NoProgress, Ct);
        Assert.Equal("2030-01-01T00:00:00.0000000Z", (string)Assert.Single(stub.Bodies)["properties"]!["recoveryPointExpiryTimeInUTC"]!);
        Assert.Equal(FakeEngine.Point(FakeEngine.Uuid(1)).Id, result.Point.Id);
        Assert.Equal((false, TimeSpan.FromSeconds(3), 4096L), (result.Degraded, result.Timing.Total, result.NewBytes));
    }

    [Fact]
    public async Task A_job_that_reached_less_consistency_is_a_degraded_result()
    {
        stub.Facts = stub.Facts with { Status = JobStatus.CompletedWithWarnings, Warnings = [NativeFault.Of(AgentFaults.ConsistencyDegraded("web1", "a", "c", "r"))] };
        await using var engine = stub.Engine();
        Assert.True((await engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions(), NoProgress, Ct)).Degraded);
    }

    [Fact]
    public async Task What_the_node_refuses_and_why_a_job_failed_are_the_faults_that_the_engine_would_have_thrown()
    {
        await using var engine = stub.Engine();
        stub.Facts = stub.Facts with { Status = JobStatus.Failed, Error = NativeFault.Of(BackupFaults.VmNotFound("web1", "h")) };
        var failed = await Assert.ThrowsAsync<FaultException>(() => engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions(), NoProgress, Ct));
        Assert.Equal(BackupFaults.VmNotFound("web1", "h"), failed.Fault);

        stub.Answers[$"POST {StubNode.Item}/backup"] = () => StubNode.Error(409, "UserErrorBackupOperationInProgress", ("vm", "web1"));
        var busy = await Assert.ThrowsAsync<FaultException>(() => engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions(), NoProgress, Ct));
        Assert.Equal(ExitCode.Busy, ExitCodes.Of(busy.Fault));
        Assert.Equal("web1", busy.Fault.Parameters["vm"]);
    }

    [Fact]
    public async Task An_error_that_this_version_does_not_know_is_told_in_the_nodes_words()
    {
        await using var engine = stub.Engine();
        stub.Answers[$"POST {StubNode.Item}/backup"] = () => StubNode.Error(400, "OfLaterTimes");
        var refused = await Assert.ThrowsAsync<FaultException>(() => engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions(), NoProgress, Ct));
        Assert.Equal(NodeFaults.NodeAnswered("/dir", "OfLaterTimes", "in words"), refused.Fault);
    }

    [Fact]
    public async Task What_the_API_has_no_words_for_is_refused_before_anything_is_asked()
    {
        await using var engine = stub.Engine();
        foreach (var options in (BackupOptions[])
        [
            new() { ConsistencyIsExplicit = true }, new() { Strict = true }, new() { ExcludedDisks = ["vdb"] }, new() { Full = true },
            new() { LimitReadBytesPerSecond = 1 }, new() { Compression = ChunkCompression.Off }, new() { VerifyAfter = true }, new() { Note = "x" },
        ])
        {
            var refused = await Assert.ThrowsAsync<FaultException>(() => engine.BackupVmAsync(FakeEngine.Uuid(1), options, NoProgress, Ct));
            Assert.Equal("HoldfastNotThroughNode", refused.Fault.Code.Value);
        }

        Assert.Empty(stub.Asked);
    }

    [Fact]
    public async Task All_means_every_VM_that_the_node_protects_and_an_unprotected_one_is_refused_by_name()
    {
        await using var engine = stub.Engine();
        Assert.Equal(["web1"], (await engine.MatchVmsAsync(null, Ct)).Select(v => v.Name));
        Assert.Equal("HoldfastNothingMatches", (await Assert.ThrowsAsync<FaultException>(() => engine.MatchVmsAsync("web2*", Ct))).Fault.Code.Value);
        var refused = await Assert.ThrowsAsync<FaultException>(() => engine.BackupVmAsync(FakeEngine.Uuid(2), new BackupOptions(), NoProgress, Ct));
        Assert.Equal(NodeFaults.VmNotProtected("web2"), refused.Fault);
    }

    [Fact]
    public async Task VMs_and_points_are_found_as_on_this_machine()
    {
        await using var engine = stub.Engine();
        var vm = await engine.FindVmAsync("web1", Ct);
        Assert.Equal((FakeEngine.Uuid(1), "running", 1), (vm.Uuid, vm.State, vm.PointCount));
        Assert.Equal(0, (await engine.FindVmAsync(FakeEngine.Uuid(2).ToString(), Ct)).PointCount);
        Assert.Equal("UserErrorVmNotFoundV2", (await Assert.ThrowsAsync<FaultException>(() => engine.FindVmAsync("none", Ct))).Fault.Code.Value);
        var id = (await engine.FindPointAsync(vm.Uuid, null, Ct)).Id;
        Assert.Equal(id, (await engine.FindPointAsync(vm.Uuid, id.ToString()[..6], Ct)).Id);
        Assert.Equal("HoldfastPointNotFound", (await Assert.ThrowsAsync<FaultException>(() => engine.FindPointAsync(vm.Uuid, "ffff", Ct))).Fault.Code.Value);
        Assert.Equal("HoldfastNoPoints", (await Assert.ThrowsAsync<FaultException>(() => engine.FindPointAsync(FakeEngine.Uuid(2), null, Ct))).Fault.Code.Value);
    }

    [Fact]
    public async Task Cancelling_the_command_cancels_the_job_and_waits_for_its_end()
    {
        using var source = new CancellationTokenSource();
        var running = stub.Facts with { Status = JobStatus.InProgress, Phase = JobPhase.Running, EndUtc = null };
        stub.Facts = running;
        stub.Answers[$"GET {StubNode.Job}"] = Looked;
        stub.Answers[$"POST {StubNode.Job}/cancel"] = () =>
        {
            stub.Facts = running with { Status = JobStatus.Cancelled, Phase = JobPhase.Ended };
            return (202, null);
        };
        await using var engine = stub.Engine();
        var ended = await Assert.ThrowsAsync<FaultException>(() => engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions(), NoProgress, source.Token));
        Assert.Equal(ExitCode.Cancelled, ExitCodes.Of(ended.Fault));
        Assert.Contains($"POST {StubNode.Job}/cancel", stub.Asked);

        (int, JsonObject?) Looked()
        {
            if (stub.Facts.Phase == JobPhase.Running)
                source.Cancel();
            return (200, stub.JobNow());
        }
    }

    [Fact]
    public async Task A_job_past_its_point_of_no_return_is_followed_to_its_end()
    {
        using var source = new CancellationTokenSource();
        var done = stub.Facts;
        stub.Facts = done with { Status = JobStatus.InProgress, Phase = JobPhase.Running, EndUtc = null };
        stub.Answers[$"POST {StubNode.Item}/backup"] = () =>
        {
            source.Cancel();
            return (202, null);
        };
        stub.Answers[$"POST {StubNode.Job}/cancel"] = () =>
        {
            stub.Facts = done;
            return StubNode.Error(400, "HoldfastJobPastNoReturn", ("operation", "Backup"));
        };
        await using var engine = stub.Engine();
        Assert.False((await engine.BackupVmAsync(FakeEngine.Uuid(1), new BackupOptions(), NoProgress, source.Token)).Degraded);
    }

    [Fact]
    public async Task A_restore_beside_names_pool_group_and_new_VM_and_needs_what_the_node_does_anyway()
    {
        stub.Answers["GET /subscriptions/s/providers/Microsoft.Storage/storageAccounts"] = () => StubNode.List(new JsonObject
        {
            ["id"] = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/p", ["name"] = "p",
        });
        stub.Facts = stub.Facts with
        {
            Properties = new Dictionary<string, string>
            {
                [JobFacts.RestoredImage + "vda"] = "/p/new-vda.qcow2", [JobFacts.RestoredVm] = FakeEngine.Uuid(8).ToString(), [JobFacts.WrittenBytes] = "4096",
            },
        };
        await using var engine = stub.Engine();
        var point = await engine.FindPointAsync(FakeEngine.Uuid(1), null, Ct);
        foreach (var refused in (RestoreAsNew[])[new("new") { Pool = "p" }, new("new") { Start = true }, new("new") { Start = true, DisksDirectory = "/d" }])
        {
            var fault = (await Assert.ThrowsAsync<FaultException>(() => engine.RestoreAsync(point, refused, NoProgress, Ct))).Fault;
            Assert.Equal("HoldfastNotThroughNode", fault.Code.Value);
        }

        var result = await engine.RestoreAsync(point, new RestoreAsNew("new") { Pool = "p", Start = true }, NoProgress, Ct);
        Assert.Equal(("new", FakeEngine.Uuid(8), 4096L, "/p/new-vda.qcow2"), (result.Name, result.Uuid, result.WrittenBytes, result.Images["vda"]));
        var properties = Assert.Single(stub.Bodies)["properties"]!;
        Assert.Equal("AlternateLocation", (string)properties["recoveryType"]!);
        Assert.Equal("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/new", (string)properties["targetVirtualMachineId"]!);
    }

    [Fact]
    public async Task A_running_VM_is_replaced_only_with_shutdown_and_start()
    {
        await using var engine = stub.Engine();
        var point = await engine.FindPointAsync(FakeEngine.Uuid(1), null, Ct);
        Assert.Equal("HoldfastVmMustBeOff", (await Assert.ThrowsAsync<FaultException>(() => engine.RestoreAsync(point, new RestoreInPlace(), NoProgress, Ct))).Fault.Code.Value);
        Assert.Equal("HoldfastNotThroughNode", (await Assert.ThrowsAsync<FaultException>(() => engine.RestoreAsync(point, new RestoreInPlace { Shutdown = true }, NoProgress, Ct))).Fault.Code.Value);
        Assert.Empty(stub.Bodies);
        await engine.RestoreAsync(point, new RestoreInPlace { Shutdown = true, Start = true }, NoProgress, Ct);
        Assert.Equal("OriginalLocation", (string)Assert.Single(stub.Bodies)["properties"]!["recoveryType"]!);
    }
}
