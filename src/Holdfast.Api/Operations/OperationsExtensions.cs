using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Jobs;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Holdfast.Api.Operations;

/// <summary>What a node's operators ask: health and metrics.</summary>
public static class OperationsExtensions
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(5);

    /// <summary>Registers checks and meters, and traces where there is somebody who collects them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="traces">Base address of a collector that takes OTLP by HTTP; null sends no traces.</param>
    public static IServiceCollection AddHoldfastOperations(this IServiceCollection services, string node, Uri? traces)
    {
        services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database", timeout: CheckLimit)
            .AddCheck<StoresCheck>("stores", timeout: CheckLimit)
            .AddCheck<SchedulerCheck>("scheduler", timeout: CheckLimit)
            .AddCheck<HostsCheck>("hosts", failureStatus: HealthStatus.Degraded, timeout: CheckLimit);
        services.AddSingleton<NodeMeters>().AddHostedService(s => s.GetRequiredService<NodeMeters>());
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("holdfast", serviceInstanceId: node))
            .WithMetrics(metrics => metrics.AddMeter(JobInstruments.Name, "Holdfast.Store", "Microsoft.AspNetCore.Hosting", "System.Runtime").AddPrometheusExporter());
        if (traces is not null)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(JobInstruments.Name)

                // Who looks whether the node lives needs no trace.
                .AddAspNetCoreInstrumentation(o => o.Filter = c => !c.Request.Path.StartsWithSegments("/health") && !c.Request.Path.StartsWithSegments("/metrics"))
                .AddOtlpExporter(o => (o.Endpoint, o.Protocol) = (new Uri(traces, "v1/traces"), OtlpExportProtocol.HttpProtobuf)));
        }

        return services;
    }

    /// <summary>
    /// Maps <c>/health/live</c> (the process answers) and <c>/health/ready</c> (it can do its work; what is only degraded doesn't keep it from that). Both are open,
    /// and say which check fails but nothing of what is backed up. <c>/metrics</c> is for this machine and for roles.
    /// </summary>
    public static void MapHoldfastOperations(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).WithMetadata(new AllowAnonymousAttribute());
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).WithMetadata(new AllowAnonymousAttribute());
        endpoints.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, configureBranchedPipeline: branch => branch.Use(MetricsAccess.CheckAsync), optionsName: null)
            .WithMetadata(new AllowAnonymousAttribute());
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var checks = new JsonObject(report.Entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value.Status.ToString())));
        var details = new JsonObject(report.Entries.Where(e => e.Value.Description is not null).Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value.Description)));
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(
            new JsonObject { ["status"] = report.Status.ToString(), ["checks"] = checks, ["details"] = details }.ToJsonString(), context.RequestAborted);
    }
}
