using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Access;
using Holdfast.Faults;

namespace Holdfast.Api.Identity;

/// <summary>Records every request that could change something: who, what, when, outcome; also what isn't allowed.</summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditLog audit)
{
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method))
        {
            await next(context);
            return;
        }

        // What isn't a fault of the catalogue is answered as an internal error.
        var status = StatusCodes.Status500InternalServerError;
        Fault? fault = null;
        try
        {
            await next(context);
            (status, fault) = (context.Response.StatusCode, context.Features.Get<Fault>());
        }
        catch (FaultException e)
        {
            (status, fault) = (FaultStatus.Of(e.Fault), e.Fault);
            throw;
        }
        finally
        {
            var outcome = status switch
            {
                < 400 => AuditOutcome.Succeeded,
                StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => AuditOutcome.Refused,
                _ => AuditOutcome.Failed,
            };
            var who = context.Features.Get<Principal>();

            // Also when the client has gone meanwhile: what it asked for may have been done.
            await audit.RecordAsync(
                who?.AppId.ToString() ?? "-", who?.DisplayName ?? "", context.Features.Get<LocalPeer>() is null ? context.Connection.RemoteIpAddress?.ToString() ?? "-" : "local",
                context.Request.Method, context.Request.Path.Value ?? "", outcome, $"HTTP {status} {fault?.Code.Value}".TrimEnd(), CancellationToken.None);
        }
    }
}
