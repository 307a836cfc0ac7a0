using Holdfast.ControlPlane.Schedule;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.ControlPlane.Tests.Schedule;

/// <summary>The scheduling part of a node, on a real store and the real scheduler.</summary>
internal sealed class SchedulerNode : IAsyncDisposable
{
    private readonly IHost _host;

    private SchedulerNode(IHost host) => _host = host;

    public BackupSchedules Schedules => _host.Services.GetRequiredService<BackupSchedules>();

    /// <summary>Starts it, and waits until its triggers agree with the items.</summary>
    public static async Task<SchedulerNode> StartAsync(ScheduleOptions options, TimeProvider time, IScheduledItems items, params IMaintenanceTask[] tasks)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>));
        builder.Services.AddSingleton(items);
        foreach (var task in tasks)
            builder.Services.AddSingleton(task);
        builder.Services.AddSingleton(time);
        builder.Services.AddSchedule(options);
        var node = new SchedulerNode(builder.Build());
        await node._host.StartAsync();
        await node.Schedules.ReconcileAsync(CancellationToken.None);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
