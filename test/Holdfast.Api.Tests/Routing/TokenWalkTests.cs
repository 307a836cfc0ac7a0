using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Api.Identity;
using Holdfast.ControlPlane;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Persistence;
using Holdfast.ControlPlane.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Api.Tests.Routing;

/// <summary>Every address with no, a forged, an expired and a revoked token of an owner, through log-in as a node has it.</summary>
public sealed class TokenWalkTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_address_is_reached_without_a_good_token()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-walk-");
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var options = new ControlPlaneOptions { DataFolder = folder.FullName, LocalHostUri = "test:///default" };
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(time).AddHoldfastControlPlane(options).AddHoldfastAccess(options).AddHoldfastIdentity();
        foreach (var hosted in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name != "GenericWebHostService").ToList())
            builder.Services.Remove(hosted);
        await using (var app = builder.Build())
        {
            app.UseArmApi();
            app.UseHoldfastIdentity();
            app.MapArmApi();
            await app.Services.GetRequiredService<Installation>().EnsureAsync(Ct);
            await app.Services.GetRequiredService<SigningKeys>().PrepareAsync(Ct);
            await app.StartAsync(Ct);
            using var client = app.GetTestClient();
            var everything = ArmId.Parse("/subscriptions/11111111-1111-1111-1111-111111111111");
            var credentials = app.Services.GetRequiredService<Credentials>();
            var expiring = await TokenAsync(client, await credentials.CreateAsync("expired", [new(Roles.Owner, everything)], null, Ct));
            time.Advance(TimeSpan.FromHours(2));
            var leaving = await credentials.CreateAsync("revoked", [new(Roles.Owner, everything)], null, Ct);
            var revoked = await TokenAsync(client, leaving);
            var good = await TokenAsync(client, await credentials.CreateAsync("good", [new(Roles.Owner, everything)], null, Ct));
            await credentials.RevokeAsync(leaving.AppId.ToString(), Ct);
            time.Advance(TimeSpan.FromSeconds(60));

            foreach (var route in ArmApi.Routes().All)
            {
                var path = route.Template.Replace("{subscription}", "11111111-1111-1111-1111-111111111111", StringComparison.Ordinal).Replace('{', 'x').Replace('}', 'x');
                foreach (var token in (string?[])[null, good[..^8] + "AAAAAAAA", expiring, revoked])
                    Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(client, route.Method, path, token));
                Assert.NotEqual(HttpStatusCode.Unauthorized, await SendAsync(client, route.Method, path, good));
            }
        }

        folder.Delete(recursive: true);
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string method, string path, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (await client.SendAsync(request, Ct)).StatusCode;
    }

    private static async Task<string> TokenAsync(HttpClient client, NewCredential credential)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = credential.AppId.ToString(), ["client_secret"] = credential.Secret,
        });
        var answer = await client.PostAsync("/adfs/oauth2/token", form, Ct);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["access_token"]!;
    }
}
