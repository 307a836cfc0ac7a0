using Holdfast.Api.Native;
using Holdfast.Cli.Remote;
using Holdfast.ControlPlane.Jobs;
using Holdfast.Faults;

namespace Holdfast.Cli.Tests.Remote;

public sealed class JobCommandTests : IDisposable
{
    private readonly StubNode stub = new();
    private readonly Cli cli = new();

    public void Dispose() => stub.Dispose();

    [Fact]
    public async Task Jobs_are_listed_with_their_vault_and_VM()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("job list"));
        Assert.Matches(@"j1 +v1 +web1 +Backup +Completed +100 %", cli.Out.ToString());
    }

    [Fact]
    public async Task A_waiting_job_says_that_it_is_queued()
    {
        stub.Facts = stub.Facts with { Status = JobStatus.InProgress, Phase = JobPhase.Queued, Percent = 0 };
        Assert.Equal(ExitCode.Done, await RunAsync("job show j1 --output json"));
        Assert.Equal((true, "InProgress"), (cli.Json.GetProperty("queued").GetBoolean(), cli.Json.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Waiting_ends_in_the_exit_code_that_the_work_itself_would_have_had()
    {
        foreach (var (status, warning, error, expected) in new (JobStatus, Fault?, Fault?, ExitCode)[]
        {
            (JobStatus.Completed, null, null, ExitCode.Done),
            (JobStatus.CompletedWithWarnings, AgentFaults.AgentNotConnected("web1"), null, ExitCode.Done),
            (JobStatus.CompletedWithWarnings, AgentFaults.ConsistencyDegraded("web1", "a", "b", "c"), null, ExitCode.Degraded),
            (JobStatus.Failed, null, BackupFaults.VmNotFound("web1", "h"), ExitCode.NotFound),
            (JobStatus.Cancelled, null, null, ExitCode.Cancelled),
        })
        {
            stub.Facts = stub.Facts with
            {
                Status = status, Warnings = warning is null ? [] : [NativeFault.Of(warning)], Error = error is null ? null : NativeFault.Of(error),
            };
            Assert.Equal(expected, await RunAsync("job wait j1"));
        }
    }

    [Fact]
    public async Task A_job_of_no_vault_is_not_found() => Assert.Equal(ExitCode.NotFound, await RunAsync("job cancel none"));

    [Fact]
    public async Task Without_a_node_there_are_no_jobs()
    {
        var alone = new Cli();
        Assert.Equal(ExitCode.Usage, await alone.RunAsync("job list --output json"));
        Assert.Equal("HoldfastNodeNotNamed", alone.Json.GetProperty("fault").GetProperty("code").GetString());
    }

    // Each command closes its way to the node.
    private Task<ExitCode> RunAsync(string line)
    {
        cli.Engine.Node = new RemoteNode(stub.Connect(), TimeProvider.System);
        return cli.RunAsync(line);
    }
}
