using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Vault.Stores.Tests.Servers;

/// <summary>A server on a free port of this machine, with TLS of a test's own authority or without.</summary>
internal sealed class TestFront : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestFront(WebApplication app) => _app = app;

    public int Port { get; private set; }

    /// <summary>Answers as the test says.</summary>
    public static async Task<TestFront> StartAsync(RequestDelegate answer, TestAuthority? authority = null, string host = "localhost")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(IPAddress.Loopback, 0, l =>
            {
                if (authority is not null)
                {
                    l.UseHttps(authority.Issue(host));
                }
            });
        });
        var front = new TestFront(builder.Build());
        front._app.Run(answer);
        await front._app.StartAsync();
        var addresses = front._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        front.Port = new Uri(addresses.Single()).Port;
        return front;
    }

    /// <summary>Hands each request on as it is, to a server that speaks plain HTTP.</summary>
    public static RequestDelegate To(Uri server)
    {
        var client = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        return async context =>
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"http://{server.Authority}{target}"));
            if (context.Request.ContentLength is not null)
            {
                request.Content = new StreamContent(context.Request.Body);
            }

            foreach (var (name, values) in context.Request.Headers)
            {
                if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                {
                    request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
                }
            }

            using var reply = await client.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)reply.StatusCode;
            foreach (var (name, values) in reply.Headers.Concat(reply.Content.Headers).Where(h => h.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")))
            {
                context.Response.Headers[name] = values.ToArray();
            }

            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await reply.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
