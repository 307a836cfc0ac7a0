using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Holdfast.Api.Identity;
using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Api.Tests.Identity;

/// <summary>
/// A node with log-in, on a database of its own and a clock that the test moves; whatever is let through answers with its principal's name, or
/// as the test says.
/// </summary>
internal sealed class IdentityNode : IAsyncDisposable
{
    public const string Tenant = "22222222-2222-2222-2222-222222222222";
    public const string Address = "https://localhost:8443";

    public static readonly ArmId Subscription = ArmId.Parse("/subscriptions/11111111-1111-1111-1111-111111111111");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-identity-");
    private readonly WebApplication _app;

    private IdentityNode(RequestDelegate? answer)
    {
        var options = new ControlPlaneOptions { DataFolder = _folder.FullName };
        Database = new ControlPlaneDatabase(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer(server => server.BaseAddress = new Uri(Address));
        builder.Services.AddSingleton<TimeProvider>(Time)
            .AddSingleton<IDbContextFactory<ControlPlaneContext>>(Database)
            .AddHoldfastAccess(options)
            .AddHoldfastIdentity();
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            // As the node's socket does it.
            if (Peer is not null)
                context.Features.Set(Peer);
            return next(context);
        });
        _app.UseHoldfastIdentity();
        _app.Run(answer ?? (context => context.Response.WriteAsync(context.RequirePrincipal().DisplayName)));
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public LocalPeer? Peer { get; set; }

    public ControlPlaneDatabase Database { get; }

    public HttpClient Client { get; private set; } = null!;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<IdentityNode> StartAsync(RequestDelegate? answer = null)
    {
        var node = new IdentityNode(answer);
        await node.Database.MigrateAsync(Ct);
        await using (var db = node.Database.CreateDbContext())
        {
            db.Settings.Add(new SettingRow { Name = ControlPlane.Access.Tenant.SettingName, Value = Tenant });
            await db.SaveChangesAsync(Ct);
        }

        await node.Get<SigningKeys>().PrepareAsync(Ct);
        await node._app.StartAsync(Ct);
        node.Client = node._app.GetTestClient();
        return node;
    }

    public Task<NewCredential> CredentialAsync(string name = "alice@local", Role? role = null) =>
        Get<Credentials>().CreateAsync(name, [new RoleAssignment(role ?? Roles.BackupReader, Subscription)], null, Ct);

    public async Task<(int Status, JsonObject Answer)> TokenAsync(params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var response = await Client.PostAsync("/adfs/oauth2/token", content, Ct);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!.AsObject());
    }

    public async Task<string> AccessTokenAsync(NewCredential credential)
    {
        var (status, answer) = await TokenAsync(
            ("grant_type", "client_credentials"), ("client_id", credential.AppId.ToString()), ("client_secret", credential.Secret));
        Assert.Equal(200, status);
        return (string)answer["access_token"]!;
    }

    public async Task<(int Status, string Body)> GetAsync(string? token, string path = "/subscriptions", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Client.SendAsync(request, Ct);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    public async Task<JsonNode> DocumentAsync(string path)
    {
        var (status, body) = await GetAsync(null, path);
        Assert.Equal(200, status);
        return JsonNode.Parse(body)!;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
