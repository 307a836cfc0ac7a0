using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Access;
using Holdfast.Faults;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Identity;

/// <summary>
/// The OAuth 2 token endpoint: client credentials, password (a credential used as a user, by id or name), and refresh. Errors have the form of RFC 6749 and
/// begin with Entra ID's codes, which clients show.
/// </summary>
internal sealed class TokenEndpoint(Credentials credentials, LoginThrottle throttle, Tokens tokens, Tenant tenant, AuditLog audit)
{
    private const int BodyBytesMax = 64 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = BodyBytesMax;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";

        if (await TokenRequest.ReadAsync(context.Request, ct).ConfigureAwait(false) is not { } request)
        {
            await RefuseAsync(context, 400, "invalid_request", "AADSTS900144: The body must be a form that names each field once.").ConfigureAwait(false);
            return;
        }

        var address = context.Connection.RemoteIpAddress?.ToString() ?? "-";
        if (throttle.IsRefused(address))
        {
            context.Response.Headers.RetryAfter = "60";
            await RefuseAsync(context, 429, "temporarily_unavailable", "AADSTS50196: " + Text(AccessFaults.LoginThrottled())).ConfigureAwait(false);
            return;
        }

        switch (request.GrantType)
        {
            case "client_credentials":
                if (await credentials.CheckAsync(request.ClientId, request.ClientSecret, ct).ConfigureAwait(false) is { } application)
                    await GrantAsync(context, application, user: false, request.ClientId!).ConfigureAwait(false);
                else
                    await FailAsync(context, request, address, request.ClientId, 401, "invalid_client", "AADSTS7000215: The application id or the secret is wrong.").ConfigureAwait(false);
                break;
            case "password":
                if (await credentials.CheckAsync(request.UserName, request.Password, ct).ConfigureAwait(false) is { } user)
                    await GrantAsync(context, user, user: true, request.ClientId ?? "").ConfigureAwait(false);
                else
                    await FailAsync(context, request, address, request.UserName, 400, "invalid_grant", "AADSTS50126: The user name or the password is wrong.").ConfigureAwait(false);
                break;
            case "refresh_token":
                await RefreshAsync(context, request).ConfigureAwait(false);
                break;
            default:
                await RefuseAsync(
                    context, 400, "unsupported_grant_type", "AADSTS70003: Supported are client_credentials, password and refresh_token.").ConfigureAwait(false);
                break;
        }
    }

    private async Task RefreshAsync(HttpContext context, TokenRequest request)
    {
        try
        {
            var who = await tokens.ReadRefreshAsync(request.RefreshToken ?? "", context.RequestAborted).ConfigureAwait(false);
            await GrantAsync(context, who, user: true, request.ClientId ?? "").ConfigureAwait(false);
        }
        catch (FaultException e)
        {
            await RefuseAsync(context, 400, "invalid_grant", "AADSTS70008: " + Text(e.Fault)).ConfigureAwait(false);
        }
    }

    private async Task GrantAsync(HttpContext context, LoggedIn who, bool user, string clientId)
    {
        var ct = context.RequestAborted;
        var answer = new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)Tokens.AccessTime.TotalSeconds,
            ["ext_expires_in"] = (int)Tokens.AccessTime.TotalSeconds,
            ["access_token"] = await tokens.AccessAsync(who, ct).ConfigureAwait(false),
        };
        if (user)
        {
            var tenantId = await tenant.IdAsync(ct).ConfigureAwait(false);
            answer["refresh_token"] = await tokens.RefreshAsync(who, ct).ConfigureAwait(false);
            answer["id_token"] = await tokens.IdAsync(who, clientId, ct).ConfigureAwait(false);
            answer["client_info"] = Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(
                new JsonObject { ["uid"] = who.AppId.ToString(), ["utid"] = tenantId.ToString() }.ToJsonString()));
        }

        await WriteAsync(context, 200, answer).ConfigureAwait(false);
    }

    private async Task FailAsync(HttpContext context, TokenRequest request, string address, string? name, int status, string error, string description)
    {
        var last = throttle.Failed(address);
        await audit.RecordAsync(
            "-", name ?? "", address, "log-in", request.GrantType, AuditOutcome.Refused, last ? nameof(AccessFaults.LoginThrottled) : error, context.RequestAborted)
            .ConfigureAwait(false);
        await RefuseAsync(context, status, error, description).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, int status, string error, string description) =>
        WriteAsync(context, status, new JsonObject { ["error"] = error, ["error_description"] = description });

    private static Task WriteAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    private static string Text(Fault fault) => FaultCatalogue.Shared.Render(fault, FaultLanguage.English).Message;
}
