using System.Diagnostics;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Holdfast.Protection;
using Holdfast.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast serve</summary>
internal static class ServeCommand
{
    public static CliCommand Create(CliApp app)
    {
        var options = new NodeOptions();
        var command = new CliCommand("serve", "Run a node: Azure Backup's API, the scheduler and the workers, until it is stopped by a signal")
        {
            Examples =
            [
                "holdfast serve --data /var/lib/holdfast/node",
                "holdfast serve --data /srv/holdfast --listen 0.0.0.0:8443 --public-url https://backup.example:8443",
                "holdfast serve --data /srv/holdfast --vaults s3://bucket/vaults --store-credentials /etc/holdfast/store",
                "holdfast serve --data /srv/holdfast --database-file /etc/holdfast/database --certificate server.pem --key server.key",
            ],
        }.With(options.All);
        app.Handle(command, (run, ct) => ServeAsync(run, options.Read(run), ct));
        return command;
    }

    private static async Task<ExitCode> ServeAsync(CommandRun run, NodeSettings settings, CancellationToken ct)
    {
        using var folder = DataFolder.Take(settings.DataFolder);
        using var vaults = VaultOwnership.OfNode(settings.VaultsFolder ?? Path.Combine(settings.DataFolder, "vaults"), settings.ToOptions().NodeName, settings.DataFolder);
        var places = new StoreOpening(run.Terminal).Of(run.Settings);
        if (settings.VaultsFolder is { } stores && StorePlaces.IsUrl(stores))
        {
            // Asks the store nothing. What of the place, the credentials or the authorities to trust can't be used is told now, and not to the first job.
            _ = FaultMapping.Guard(() => places.Open(stores), new FaultSubject { VaultPlace = stores });
        }

        await using var app = NodeApplication.Build(settings, places, run.Terminal.Time);
        var services = app.Services;
        var tenant = await services.GetRequiredService<Installation>().EnsureAsync(ct);
        var subscription = await FirstSubscriptionAsync(services, ct);
        await services.GetRequiredService<SigningKeys>().PrepareAsync(ct);
        var credential = await FirstCredential.EnsureAsync(settings.DataFolder, services.GetRequiredService<Credentials>(), tenant, subscription, ct);
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException e)
        {
            throw NodeFaults.ListenFailed(string.Join(", ", settings.Listen), e.Message).ToException(e);
        }

        LocalSocket.Close(settings.DataFolder);
        using var entered = NodeRegister.Enter(NodeRegister.DefaultFolder, settings.DataFolder);
        var address = AddressOf(app, settings);
        var authority = settings.CertificatePath is null ? Path.Combine(settings.DataFolder, "tls", "ca.crt") : "";
        folder.Announce(new NodeAnnouncement(settings.ToOptions().NodeName, address, authority, Environment.ProcessId));
        Welcome(run, settings, address, authority, tenant, credential);
        Systemd.Notify(run.Terminal.Variable("NOTIFY_SOCKET"), "READY=1");

        await StoppedAsync(ct);
        Systemd.Notify(run.Terminal.Variable("NOTIFY_SOCKET"), "STOPPING=1");

        // What runs is given time to end or to be handed over; the host's own time-out bounds it.
        await app.StopAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    private static async Task StoppedAsync(CancellationToken ct)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = ct.Register(stopped.SetResult);
        await stopped.Task;
    }

    private static async Task<string> FirstSubscriptionAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<ControlPlaneContext>>().CreateDbContextAsync(ct);
        return await db.Subscriptions.OrderBy(s => s.DisplayName).Select(s => s.SubscriptionId).FirstAsync(ct);
    }

    private static string AddressOf(WebApplication app, NodeSettings settings)
    {
        if (settings.PublicUrl is { } given)
            return given.GetLeftPart(UriPartial.Authority);

        // With port 0 the system has chosen one.
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var url = new Uri(bound.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
        var host = url.IsLoopback ? "localhost" : url.Host;
        return $"https://{(bound.Contains("[::]", StringComparison.Ordinal) || bound.Contains("0.0.0.0", StringComparison.Ordinal) ? Environment.MachineName : host)}:{url.Port}";
    }

    private static void Welcome(CommandRun run, NodeSettings settings, string address, string authority, string tenant, CredentialSecretDocument? credential)
    {
        var started = run.Terminal.Time.GetUtcNow() - Process.GetCurrentProcess().StartTime.ToUniversalTime();
        if (run.Report.IsJson)
        {
            // Never the secret: standard output may end in a journal.
            run.Report.Json(new ServingDocument(address, authority, tenant, credential is null ? null : FirstCredential.PathIn(settings.DataFolder)), CliJson.Default.ServingDocument);
            return;
        }

        run.Report.Line($"Holdfast serves {address} ({started.TotalSeconds:0.0} s after its start).");
        if (credential is null)
            return;
        var path = FirstCredential.PathIn(settings.DataFolder);
        var secret = run.Terminal.OutIsTerminal ? credential.Secret : $"\"$(jq -r .secret {path})\"";
        run.Report.Line();
        run.Report.Line($"The first administrator's credential is in {path}. To use this node with az:");
        run.Report.Line();
        if (authority.Length > 0)
            run.Report.Line($"  export REQUESTS_CA_BUNDLE={authority}");
        run.Report.Line($"  az cloud register -n Holdfast --endpoint-resource-manager {address}");
        run.Report.Line("  az cloud set -n Holdfast");
        run.Report.Line($"  az login --service-principal -u {credential.AppId} -p {secret} --tenant {tenant}");
        run.Report.Line();
    }
}
