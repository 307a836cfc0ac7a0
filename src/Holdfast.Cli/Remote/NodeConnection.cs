using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Cli.Node;
using Holdfast.Faults;

namespace Holdfast.Cli.Remote;

/// <summary>Requests to a node's API, as its answers: what it refuses is thrown as the fault that it names.</summary>
internal sealed class NodeConnection : IDisposable
{
    private const string ApiVersion = "2024-04-01";
    private const int AnswerBytesMax = 64 * 1024 * 1024;

    // What the node answers at once; HttpClient's own limit.
    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(100);

    // A token that ends while a request is on its way is renewed before.
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    private readonly NodeEndpoint endpoint;
    private readonly HttpClient client;
    private readonly TimeProvider time;
    private string? token;
    private DateTimeOffset tokenEnds;

    public NodeConnection(NodeEndpoint endpoint, HttpMessageHandler handler, TimeProvider time)
    {
        (this.endpoint, this.time) = (endpoint, time);
        client = new HttpClient(handler) { BaseAddress = endpoint.Address, MaxResponseContentBufferSize = AnswerBytesMax, Timeout = NoLimit };
    }

    /// <summary>For requests that the node answers when it is done, within bounds of its own.</summary>
    public static TimeSpan NoLimit => Timeout.InfiniteTimeSpan;

    public NodeEndpoint Endpoint => endpoint;

    /// <summary>The language of the node's words, where a text comes from it.</summary>
    public FaultLanguage Language { get; init; }

    /// <summary>The way to a node: its socket, or TLS with its authority.</summary>
    public static HttpMessageHandler HandlerOf(NodeEndpoint endpoint)
    {
        if (endpoint.DataFolder is { } folder)
        {
            return LocalSocket.Fits(folder)
                ? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = (_, ct) => LocalSocket.ConnectAsync(folder, ct) }
                : throw NodeFaults.NodeUnreachable(folder, "the folder's path is too long for a socket; use --server").ToException();
        }

        var trust = endpoint.CaFile is { } path ? Trusting(path) : null;
        return new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } };
    }

    public async Task<JsonObject> GetAsync(string path, bool native, CancellationToken ct, TimeSpan? limit = null) =>
        (await SendAsync(HttpMethod.Get, WithVersion(path), null, native, ct, limit)).Body ?? throw Unreadable();

    /// <summary>A list's entries from all of its pages, as far as they are wanted.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(string path, bool native, CancellationToken ct, int max = int.MaxValue)
    {
        var all = new List<JsonObject>();
        for (var next = WithVersion(path); next is not null && all.Count < max;)
        {
            var page = (await SendAsync(HttpMethod.Get, next, null, native, ct)).Body ?? throw Unreadable();
            all.AddRange((page["value"] as JsonArray ?? throw Unreadable()).OfType<JsonObject>());

            // The node writes addresses as its clients' front end has them: only what follows the host is taken.
            next = page["nextLink"] is { } link ? new Uri(endpoint.Address, (string)link!).PathAndQuery : null;
        }

        return [.. all.Take(max)];
    }

    /// <summary>Asks for something long; gives the address of its status.</summary>
    public async Task<string> StartAsync(string path, JsonObject? body, CancellationToken ct)
    {
        var (headers, _) = await SendAsync(HttpMethod.Post, WithVersion(path), body, native: true, ct);
        return headers.TryGetValues("Azure-AsyncOperation", out var values) ? new Uri(endpoint.Address, values.First()).PathAndQuery : throw Unreadable();
    }

    /// <summary>Changes something, and waits until the node has done it.</summary>
    public async Task<JsonObject> ChangeAsync(string path, JsonObject? body, CancellationToken ct) =>
        (await SendAsync(HttpMethod.Post, WithVersion(path), body, native: true, ct, NoLimit)).Body ?? throw Unreadable();

    /// <summary>Changes something that is done at once.</summary>
    public Task PostAsync(string path, JsonObject body, CancellationToken ct) => SendAsync(HttpMethod.Post, WithVersion(path), body, native: true, ct);

    public void Dispose() => client.Dispose();

    /// <summary>A resource's id as a path: blanks and the like in names are escaped.</summary>
    public static string PathOf(string id) => string.Join('/', id.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The node answers, but not as this program understands it.</summary>
    public FaultException Unreadable() => NodeFaults.NodeAnswered(endpoint.Name, "-", "the answer isn't what this version of holdfast expects").ToException();

    private async Task<(HttpResponseHeaders Headers, JsonObject? Body)> SendAsync(
        HttpMethod method, string path, JsonObject? body, bool native, CancellationToken ct, TimeSpan? limit = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(limit ?? UsualLimit);
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue(Language.Tag()));
            if (native)
                request.Headers.Add(NativeView.Header, NativeView.Value);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            if (endpoint.CredentialFile is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(end.Token));
            using var answer = await client.SendAsync(request, end.Token);
            var read = Read(await answer.Content.ReadAsStringAsync(end.Token));
            return answer.IsSuccessStatusCode ? (answer.Headers, read) : throw Refusal(answer.StatusCode, read);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw NodeFaults.NodeUnreachable(endpoint.Name, ReasonOf(e)).ToException(e);
        }
    }

    private async Task<string> TokenAsync(CancellationToken ct)
    {
        if (token is not null && time.GetUtcNow() < tokenEnds)
            return token;
        var credential = CredentialFile.Read(endpoint.CredentialFile!);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = credential.AppId, ["client_secret"] = credential.Secret,
        });
        using var answer = await client.PostAsync(new Uri("/adfs/oauth2/token", UriKind.Relative), form, ct);
        var read = Read(await answer.Content.ReadAsStringAsync(ct));
        if (!answer.IsSuccessStatusCode || (string?)read?["access_token"] is not { } made)
            throw NodeFaults.NodeAnswered(endpoint.Name, Text(read?["error"]) ?? Number(answer.StatusCode), Text(read?["error_description"]) ?? "log-in failed").ToException();
        tokenEnds = time.GetUtcNow() + TimeSpan.FromSeconds(int.TryParse(read["expires_in"]?.ToString(), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0) - Early;
        return token = made;
    }

    // A fault that this program knows is thrown as if it had arisen here: it reads alike, and ends in the same exit code.
    private FaultException Refusal(HttpStatusCode status, JsonObject? body)
    {
        var error = body?["error"] as JsonObject;
        var code = Text(error?["code"]) ?? Number(status);
        if (error?["parameters"] is JsonObject parameters && FaultCatalogue.Shared.Find(new FaultCode(code)) is not null)
        {
            return Fault.FromStored(code, parameters.ToDictionary(p => p.Key, p => Text(p.Value) ?? "", StringComparer.Ordinal)).ToException();
        }

        return NodeFaults.NodeAnswered(endpoint.Name, code, Text(error?["message"]) ?? "no reason was given").ToException();
    }

    private static X509ChainPolicy Trusting(string caFile)
    {
        try
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            return policy.CustomTrustStore.Count > 0 ? policy : throw NodeFaults.CertificateUnusable(caFile, "no certificate is in it").ToException();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw NodeFaults.CertificateUnusable(caFile, e.Message).ToException(e);
        }
    }

    private static JsonObject? Read(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string ReasonOf(Exception e) => e switch
    {
        OperationCanceledException => "it didn't answer in time",
        { InnerException: AuthenticationException inner } => inner.Message,
        { InnerException: { } inner } => inner.Message,
        _ => e.Message,
    };

    private static string WithVersion(string path) => path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "api-version=" + ApiVersion;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Number(HttpStatusCode status) => "HTTP " + ((int)status).ToString(CultureInfo.InvariantCulture);
}
