using System.Net;
using System.Security.Authentication;
using Holdfast.Api;
using Holdfast.Api.Identity;
using Holdfast.Api.Operations;
using Holdfast.Api.Requests;
using Holdfast.Api.Tls;
using Holdfast.Cli.Commands;
using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Alerts;
using Holdfast.ControlPlane.Health;
using Holdfast.Protection.Health.Network;
using Holdfast.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Holdfast.Cli.Node;

/// <summary>Puts a node together: web server, API, control plane.</summary>
internal static class NodeApplication
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    public static WebApplication Build(NodeSettings settings, StorePlaces places, TimeProvider time)
    {
        // Nothing is taken from files of the working folder or from variables that aren't Holdfast's own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "holdfast", ContentRootPath = settings.DataFolder });
        Log(builder.Logging, settings.Log);
        var options = settings.ToOptions();
        builder.Services
            .AddSingleton(time)
            .AddSingleton(places)
            .AddSingleton(new NodeEndpoints([.. DoctorEndpoints.OfNode(settings).OfType<HealthEndpoint>()]))
            .AddRouting()
            .AddHoldfastControlPlane(options)
            .AddHoldfastAccess(options)
            .AddHoldfastAlerts(AlertSettingsFile.Read(settings.AlertsPath))
            .AddHoldfastIdentity()
            .AddHoldfastOperations(options.NodeName, settings.Traces)
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddSingleton(services => new ServerCertificates(Certificate(settings, time), time, services.GetRequiredService<ILogger<ServerCertificates>>()))
            .AddHostedService(services => services.GetRequiredService<ServerCertificates>())
            .Configure<HostOptions>(host => host.ShutdownTimeout = StopTime);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>((server, services) => Serve(server, settings, services));

        var app = builder.Build();
        app.UseTrustedProxies(settings.Proxies);
        if (settings.PublicUrl is { } address)
        {
            app.Use((context, next) =>
            {
                context.Request.Scheme = address.Scheme;
                context.Request.Host = HostString.FromUriComponent(address);
                return next(context);
            });
        }

        app.UseArmApi();
        app.UseHoldfastIdentity();
        app.MapHoldfastOperations();
        app.MapArmApi();
        return app;
    }

    private static void Serve(KestrelServerOptions server, NodeSettings settings, IServiceProvider services)
    {
        server.AddServerHeader = false;
        server.Limits.MaxConcurrentConnections = 1000;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        foreach (var endpoint in settings.Listen)
        {
            server.Listen(endpoint, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new System.Net.Security.SslServerAuthenticationOptions
                {
                    ServerCertificateContext = services.GetRequiredService<ServerCertificates>().Current.Context,
#pragma warning disable CA5398 // 1.2 is the floor that is promised; what the system would choose may lie below.
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
                }),
            }));
        }

        LocalSocket.Serve(server, settings.DataFolder);
    }

    private static Func<ServerCertificate> Certificate(NodeSettings settings, TimeProvider time)
    {
        if (settings is { CertificatePath: { } certificate, KeyPath: { } key })
            return () => ServerCertificate.Read(certificate, key);
        var authority = new OwnAuthority(Path.Combine(settings.DataFolder, "tls"), time);
        var names = Names(settings);
        return () => authority.Ensure(names);
    }

    private static List<string> Names(NodeSettings settings)
    {
        var names = new List<string> { "localhost", Environment.MachineName, "127.0.0.1", "::1" };
        if (settings.PublicUrl is { } address)
            names.Insert(0, address.IdnHost);
        names.AddRange(settings.Listen.Select(e => e.Address).Where(a => !a.Equals(IPAddress.Any) && !a.Equals(IPAddress.IPv6Any)).Select(a => a.ToString()));
        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static void Log(ILoggingBuilder logging, LogFormat format)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Quartz", LogLevel.Warning);
        _ = format switch
        {
            LogFormat.Json => logging.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ")),
            LogFormat.Journal => logging.AddSystemdConsole(),
            _ => logging.AddSimpleConsole(o => (o.SingleLine, o.UseUtcTimestamp, o.TimestampFormat, o.ColorBehavior) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ ", LoggerColorBehavior.Disabled)),
        };

        // Standard output belongs to what the command itself says.
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    // Signals are the command's own affair.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
