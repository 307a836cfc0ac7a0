using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Alerts;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Policies;
using Holdfast.ControlPlane.Tests.Access;
using Holdfast.ControlPlane.Tests.Databases;
using Holdfast.ControlPlane.Vaults;
using Holdfast.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.ControlPlane.Tests.Alerts;

/// <summary>Alerts as their receivers see them: a mail server and an HTTP receiver of the test's own.</summary>
public abstract class AlertServiceTests(DatabaseKind kind, PostgresServer postgres) : IAsyncLifetime
{
    private const string HookSecret = "key of the receiver";

    private readonly SmtpSink _mail = new();
    private readonly HttpReceiver _hook = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-alerts-");
    private readonly Guid _vault = Guid.NewGuid();
    private AccessWorld _world = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _world = await AccessWorld.CreateAsync(kind, postgres);
        await File.WriteAllTextAsync(SecretFile, HookSecret + "\n", Ct);
        var policyId = Guid.NewGuid();
        await ChangeAsync(db =>
        {
            db.Vaults.Add(new VaultRow
            {
                VaultId = _vault, SubscriptionId = AccessWorld.SubscriptionId, ResourceGroup = "g", ResourceGroupKey = "g", Name = "v1", NameKey = "v1", Location = "local",
                StorePath = _folder.FullName,
            });
            db.Policies.Add(new PolicyRow
            {
                PolicyId = policyId, VaultId = _vault, Name = "p", NameKey = "p", Properties = DefaultPolicies.All["DefaultPolicy"].ToStoredJson(), ModifiedUtc = _world.Time.GetUtcNow(),
            });
            db.Items.Add(new ProtectedItemRow
            {
                ItemId = Guid.NewGuid(), VaultId = _vault, SourceId = Guid.NewGuid(), VmSubscriptionId = AccessWorld.SubscriptionId, VmResourceGroup = "g", VmName = "web1",
                ItemKey = "k", PolicyId = policyId, State = ProtectionState.Protected, LastPointUtc = _world.Time.GetUtcNow(), LastBackupSucceeded = true, CreatedUtc = _world.Time.GetUtcNow(),
            });
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _mail.DisposeAsync();
        _hook.Dispose();
        await _world.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_failed_backup_is_told_once_and_its_recovery_too()
    {
        var service = Service();
        await service.RunOnceAsync(Ct);
        Assert.Empty(_mail.Mails);

        await FailAsync();
        await service.RunOnceAsync(Ct);
        await service.RunOnceAsync(Ct);
        var raised = Assert.Single(_mail.Mails);
        Assert.Equal("admin@example.org", raised.To);
        Assert.Contains("Subject: [Holdfast]", raised.Data, StringComparison.Ordinal);
        Assert.Contains("HoldfastVaultNotNamed", raised.Data, StringComparison.Ordinal);

        await ItemAsync(i => (i.LastBackupSucceeded, i.LastBackupFault) = (true, null));
        await service.RunOnceAsync(Ct);
        await service.RunOnceAsync(Ct);
        Assert.Equal(2, _mail.Mails.Count);
        Assert.Contains("Resolved", _mail.Mails.Last().Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_can_verify_what_it_gets()
    {
        await FailAsync();
        await Service().RunOnceAsync(Ct);
        var (signature, body) = Assert.Single(_hook.Requests);
        var parts = signature.Split(',').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(HookSecret));
        Assert.Equal(Convert.ToHexStringLower(hmac.ComputeHash(Encoding.UTF8.GetBytes($"{parts["t"]}.{body}"))), parts["v1"]);
        Assert.Equal(_world.Time.GetUtcNow().ToUnixTimeSeconds(), long.Parse(parts["t"], System.Globalization.CultureInfo.InvariantCulture));
        var message = JsonNode.Parse(body)!;
        Assert.Equal(("raised", "BackupFailed", "v1"), ((string)message["state"]!, (string)message["kind"]!, (string)message["vault"]!));
    }

    [Fact]
    public async Task A_channel_that_failed_is_tried_again_and_the_other_is_not_told_twice()
    {
        _mail.Refuses = true;
        await FailAsync();
        var service = Service();
        await service.RunOnceAsync(Ct);
        Assert.Empty(_mail.Mails);
        Assert.Single(_hook.Requests);
        _mail.Refuses = false;
        await service.RunOnceAsync(Ct);
        Assert.Single(_mail.Mails);
        Assert.Single(_hook.Requests);
    }

    [Fact]
    public async Task Two_nodes_tell_one_alert_once()
    {
        await FailAsync();
        await Task.WhenAll(Service().RunOnceAsync(Ct), Service().RunOnceAsync(Ct));
        Assert.Single(_mail.Mails);
    }

    [Fact]
    public async Task An_item_without_a_point_for_too_long_is_told_of_until_it_has_one()
    {
        var service = Service();
        _world.Time.Advance(TimeSpan.FromHours(23));
        await service.RunOnceAsync(Ct);
        Assert.Empty(_mail.Mails);
        _world.Time.Advance(TimeSpan.FromDays(2));
        await service.RunOnceAsync(Ct);
        Assert.Contains("HoldfastPointOverdue", Assert.Single(_mail.Mails).Data, StringComparison.Ordinal);
        await ItemAsync(i => i.LastPointUtc = _world.Time.GetUtcNow());
        await service.RunOnceAsync(Ct);
        Assert.Equal(2, _mail.Mails.Count);
    }

    [Fact]
    public async Task A_store_that_is_nearly_full_is_told_of_once_and_again_when_it_has_room()
    {
        // More than there can be, and then less.
        await Service(s => s with { StoreFreePercentMin = 101 }).RunOnceAsync(Ct);
        await Service(s => s with { StoreFreePercentMin = 101 }).RunOnceAsync(Ct);
        var raised = Assert.Single(_mail.Mails);
        Assert.Contains("HoldfastStoreNearlyFull", raised.Data, StringComparison.Ordinal);
        await Service(s => s with { StoreFreePercentMin = 0 }).RunOnceAsync(Ct);
        Assert.Equal(2, _mail.Mails.Count);
        Assert.Contains("Resolved", _mail.Mails.Last().Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vault_that_wants_no_alerts_of_failed_jobs_gets_none()
    {
        await ChangeAsync(db => db.Vaults.Single().Alerts = new VaultAlertSettings(AlertsForAllJobFailures: false));
        await FailAsync();
        await Service().RunOnceAsync(Ct);
        Assert.Empty(_mail.Mails);
    }

    [Fact]
    public async Task A_vaults_route_goes_before_everybody()
    {
        await FailAsync();
        await Service(s => s with { Routes = [new AlertRoute { Vaults = ["V1"], To = ["team@example.org"] }] }).RunOnceAsync(Ct);
        Assert.Equal("team@example.org", Assert.Single(_mail.Mails).To);
        Assert.Empty(_hook.Requests);
    }

    [Fact]
    public async Task Changes_of_rights_and_repeated_failed_log_ins_are_told()
    {
        var audit = new AuditLog(_world.Database, _world.Time, NullLogger<AuditLog>.Instance);
        await audit.RecordAsync("local", "root", "host", "credential create", "x", AuditOutcome.Succeeded, "", Ct);
        await audit.RecordAsync("-", "eve", "192.0.2.7", "log-in", "password", AuditOutcome.Refused, nameof(AccessFaults.LoginThrottled), Ct);
        await audit.RecordAsync("app", "a", "-", "PUT", "/subscriptions/s/resourceGroups/g", AuditOutcome.Succeeded, "", Ct);
        var service = Service();
        await service.RunOnceAsync(Ct);
        await service.RunOnceAsync(Ct);
        Assert.Equal(2, _mail.Mails.Count);
        Assert.Contains(_mail.Mails, m => m.Data.Contains("192.0.2.7", StringComparison.Ordinal));
        Assert.Contains(_mail.Mails, m => m.Data.Contains("credential create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_digest_comes_once_a_day_also_when_all_is_well()
    {
        var service = Service(s => s with { DigestAt = "12:30" });
        await service.RunOnceAsync(Ct);
        Assert.Empty(_mail.Mails);
        _world.Time.Advance(TimeSpan.FromMinutes(30));
        await service.RunOnceAsync(Ct);
        await Service(s => s with { DigestAt = "12:30" }).RunOnceAsync(Ct);
        Assert.Contains("Digest of 2026-03-01", Assert.Single(_mail.Mails).Data, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"language":"de"}""")]
    [InlineData("""{"unknown":1}""")]
    [InlineData("""{"digestAt":"25:00"}""")]
    [InlineData("""{"mail":{"server":"x","from":"nobody"}}""")]
    [InlineData("""{"mail":{"server":"x","from":"a@b.c","security":"None","userName":"u","passwordFile":"/dev/null"}}""")]
    [InlineData("""{"webhooks":[{"name":"x","url":"http://example.org/","secretFile":"/etc/hostname"}]}""")]
    [InlineData("""{"routes":[{"vaults":["v"],"webhooks":["none"]}]}""")]
    [InlineData("[]")]
    public async Task A_wrong_alerts_file_is_refused(string json)
    {
        var path = Path.Combine(_folder.FullName, "alerts.json");
        await File.WriteAllTextAsync(path, json, Ct);
        Assert.Equal("HoldfastSettingInvalid", Assert.Throws<FaultException>(() => AlertSettingsFile.Read(path)).Fault.Code.Value);
    }

    [Fact]
    public async Task A_right_alerts_file_is_read()
    {
        var path = Path.Combine(_folder.FullName, "alerts.json");
        await File.WriteAllTextAsync(path, $$"""
            {"language":"zh-TW","mail":{"server":"localhost","port":25,"security":"None","from":"h@example.org","to":["a@example.org"]},
             "webhooks":[{"name":"ops","url":"https://example.org/x","secretFile":"{{SecretFile}}"}],"routes":[{"vaults":["v"],"webhooks":["ops"]}],"digestAt":"07:00"}
            """, Ct);
        var settings = AlertSettingsFile.Read(path);
        Assert.Equal(("zh-TW", "07:00", 25), (settings.Language, settings.DigestAt, settings.Mail!.Port));
    }

    private string SecretFile => Path.Combine(_folder.FullName, "secret");

    private AlertService Service(Func<AlertSettings, AlertSettings>? change = null)
    {
        var settings = new AlertSettings
        {
            Mail = new MailSettings { Server = "127.0.0.1", Port = _mail.Port, Security = MailSecurity.None, From = "holdfast@example.org", To = ["admin@example.org"] },
            Webhooks = [new WebhookSettings { Name = "ops", Url = _hook.Url, SecretFile = SecretFile }],
            StoreFreePercentMin = 1,
        };
        settings = change?.Invoke(settings) ?? settings;
        var channels = new AlertChannels(settings, new HttpClient(), _world.Time);
        return new AlertService(
            _world.Database, new AlertConditions(_world.Database, settings, _world.Time), channels,
            new AlertDigest(_world.Database, channels, settings, _world.Time, NullLogger<AlertDigest>.Instance), settings,
            new AuditLog(_world.Database, _world.Time, NullLogger<AuditLog>.Instance), _world.Time, NullLogger<AlertService>.Instance);
    }

    private Task FailAsync() => ItemAsync(i => (i.LastBackupSucceeded, i.LastBackupFault) = (false, InputFaults.VaultNotNamed()));

    private Task ItemAsync(Action<ProtectedItemRow> change) => ChangeAsync(db => change(db.Items.Single()));

    private async Task ChangeAsync(Action<ControlPlaneContext> change)
    {
        await using var db = _world.Database.CreateDbContext();
        change(db);
        await db.SaveChangesAsync(Ct);
    }

    private sealed class HttpReceiver : IDisposable
    {
        private readonly HttpListener _listener = new();

        public HttpReceiver()
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            }

            _listener.Prefixes.Add(Url.ToString());
            _listener.Start();
            _ = ServeAsync();
        }

        public Uri Url { get; }

        public ConcurrentQueue<(string Signature, string Body)> Requests { get; } = [];

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var reader = new StreamReader(context.Request.InputStream);
                Requests.Enqueue((context.Request.Headers["Holdfast-Signature"]!, await reader.ReadToEndAsync()));
                context.Response.StatusCode = 204;
                context.Response.Close();
            }
        }
    }
}

public sealed class AlertServiceOnSqliteTests(PostgresServer postgres) : AlertServiceTests(DatabaseKind.Sqlite, postgres);

public sealed class AlertServiceOnPostgresTests(PostgresServer postgres) : AlertServiceTests(DatabaseKind.Postgres, postgres);
