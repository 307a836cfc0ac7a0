using System.Net;
using Holdfast.Api.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;

namespace Holdfast.Api.Tests.Requests;

public sealed class TrustedProxiesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("192.0.2.7", "https://front.example 198.51.100.1")]
    [InlineData("::ffff:192.0.2.7", "https://front.example 198.51.100.1")]
    [InlineData("192.0.3.7", "http://node.example 192.0.3.7")]
    [InlineData("::1", "http://node.example ::1")]
    public async Task Only_a_configured_front_end_says_where_a_request_came_from_and_what_it_asked_for(string peer, string expected) =>
        Assert.Equal(expected, await AskAsync(peer, [IPNetwork.Parse("192.0.2.0/24")], "198.51.100.1"));

    [Fact]
    public async Task Without_a_configured_front_end_nobody_is_believed() =>
        Assert.Equal("http://node.example 127.0.0.1", await AskAsync("127.0.0.1", [], "198.51.100.1"));

    [Fact]
    public async Task What_a_front_end_was_told_by_others_does_not_count() =>
        Assert.Equal("https://front.example 198.51.100.1", await AskAsync("192.0.2.7", [IPNetwork.Parse("192.0.2.0/24")], "127.0.0.1, 198.51.100.1"));

    private static async Task<string> AskAsync(string peer, IReadOnlyCollection<IPNetwork> proxies, string forwardedFor)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        await using var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
            return next(context);
        });
        app.UseTrustedProxies(proxies);
        app.Run(context => context.Response.WriteAsync($"{PublicAddress.Of(context.Request)} {context.Connection.RemoteIpAddress}"));
        await app.StartAsync(Ct);
        using var client = app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "node.example" } };
        request.Headers.Add("X-Forwarded-For", forwardedFor);
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "front.example");
        using var answer = await client.SendAsync(request, Ct);
        return await answer.Content.ReadAsStringAsync(Ct);
    }
}
