using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.ControlPlane.Alerts;

/// <summary>Registers the services of this folder.</summary>
public static class AlertServices
{
    private static readonly TimeSpan WebhookTime = TimeSpan.FromSeconds(10);

    /// <summary>Alerts, told as the settings say.</summary>
    public static IServiceCollection AddHoldfastAlerts(this IServiceCollection services, AlertSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<AlertConditions>()
        .AddSingleton<AlertDigest>()
        .AddSingleton<AlertService>()
        .AddSingleton(s =>
        {
            // A receiver can't send the node elsewhere.
            var handler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
            return new AlertChannels(settings, new HttpClient(handler) { Timeout = WebhookTime }, s.GetRequiredService<TimeProvider>());
        })
        .AddHostedService(s => s.GetRequiredService<AlertService>());
}
