using System.Data.Common;
using System.Globalization;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Cli.Remote;
using Holdfast.ControlPlane.Alerts;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Network;
using Holdfast.Vault;

namespace Holdfast.Cli.Commands;

/// <summary>What this node has to reach over the network: from the command line, the environment and the node's own settings.</summary>
internal static class DoctorEndpoints
{
    private const int PostgresPort = 5432;

    /// <summary>The endpoints that were named for the examination.</summary>
    /// <exception cref="FaultException">One is no address.</exception>
    public static IReadOnlyList<HealthEndpoint> Named(IEnumerable<string> addresses) => [.. addresses.Select(a => HealthEndpoint.Parse("given", a)
        ?? throw InputFaults.InvalidArgument("--endpoint", "it has the form https://HOST[:PORT], http, tls, tcp, smtp, smtps or libvirt's own, or HOST:PORT").ToException())];

    /// <summary>The endpoints that the node needs.</summary>
    public static IReadOnlyList<HealthEndpoint> Configured(CommandRun run, IReadOnlyList<HealthHostAddress> hosts, NodeSettings? node)
    {
        IEnumerable<HealthEndpoint?> all =
        [
            OfServer(run.Settings), run.Settings.Vault is { } vault ? OfVault(vault) : null, .. hosts.Select(h => HealthEndpoint.OfHost(h.Uri)), .. node is null ? [] : OfNode(node),
        ];
        return [.. all.OfType<HealthEndpoint>().DistinctBy(e => (e.Purpose, e.Name))];
    }

    // A store's URL names its endpoint after the plus sign; without one it is the provider's own.
    private static HealthEndpoint? OfVault(string vault)
    {
        if (!StorePlaces.IsUrl(vault))
            return StoreServer.Of(vault);
        var plus = vault.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0 && plus < vault.IndexOf("://", StringComparison.Ordinal))
            return HealthEndpoint.Parse("vault", vault[(plus + 1)..]);
        return !Uri.TryCreate(vault, UriKind.Absolute, out var url) ? null : url.Scheme switch
        {
            "azblob" => HealthEndpoint.Parse("vault", $"https://{url.Host}.blob.core.windows.net"),
            "s3" => HealthEndpoint.Parse("vault", Environment.GetEnvironmentVariable("AWS_REGION") is { Length: > 0 } region
                ? $"https://s3.{region}.amazonaws.com" : "https://s3.amazonaws.com"),
            _ => HealthEndpoint.Parse("vault", vault),
        };
    }

    /// <summary>The node that is named by its address, if one is.</summary>
    public static HealthEndpoint? OfServer(Settings settings) => settings is { Server: { } server, IsFolderNamed: false } && HealthEndpoint.Parse("node", server) is { IsHttp: true } endpoint
        ? endpoint with { CaFile = settings.CaFile, AskAsync = settings.CredentialFile is { } file ? (client, ct) => LogInAsync(client, file, ct) : null } : null;

    private static async Task<HttpResponseMessage> LogInAsync(HttpClient client, string file, CancellationToken ct)
    {
        var credential = CredentialFile.Read(file);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = credential.AppId, ["client_secret"] = credential.Secret,
        });
        return await client.PostAsync(new Uri("/adfs/oauth2/token", UriKind.Relative), form, ct);
    }

    /// <summary>What a node's own settings name.</summary>
    /// <exception cref="FaultException">Its alert settings can't be read.</exception>
    public static IEnumerable<HealthEndpoint?> OfNode(NodeSettings node)
    {
        foreach (var database in OfDatabase(node.Database))
            yield return database;
        var alerts = AlertSettingsFile.Read(node.AlertsPath);
        if (alerts.Mail is { } mail)
        {
            yield return new HealthEndpoint("mail", mail.Server, mail.Port, mail.Security switch
            {
                MailSecurity.Tls => EndpointProtocol.Tls,
                MailSecurity.StartTls => EndpointProtocol.SmtpStartTls,
                _ => EndpointProtocol.Tcp,
            });
        }

        foreach (var hook in alerts.Webhooks)
            yield return HealthEndpoint.Parse("webhook", hook.Url.AbsoluteUri);
        if (node.Traces is { } traces)
            yield return HealthEndpoint.Parse("traces", traces.AbsoluteUri);
    }

    // Several hosts are written with commas; a folder is a socket of this machine.
    private static IEnumerable<HealthEndpoint> OfDatabase(string? connection)
    {
        if (connection is null || !connection.Contains('=', StringComparison.Ordinal))
            return [];
        var parts = new DbConnectionStringBuilder { ConnectionString = connection };
        string? Part(string name) => parts.TryGetValue(name, out var value) ? value.ToString() : null;
        var usual = int.TryParse(Part("Port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : PostgresPort;
        return (Part("Host") ?? Part("Server") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(h => !h.StartsWith('/'))
            .Select(h => HealthEndpoint.Parse("database", h) ?? new HealthEndpoint("database", h, usual, EndpointProtocol.Tcp));
    }
}
