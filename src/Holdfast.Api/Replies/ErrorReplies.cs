using System.Diagnostics;
using Holdfast.Api.Requests;
using Holdfast.Faults;

namespace Holdfast.Api.Replies;

/// <summary>Turns whatever goes wrong into Azure's shape of an error (INV-3).</summary>
internal sealed partial class ErrorReplies(RequestDelegate next, ILogger<ErrorReplies> logger)
{
    /// <summary>Around everything: what fails before or outside a route is answered here.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers["x-ms-request-id"] = Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("N");
        await GuardAsync(http, next, logger);

        // Routing answers unknown addresses and methods without a body.
        if (http.Response is { HasStarted: false, ContentLength: null, ContentType: null })
        {
            var path = http.Request.Path.ToString();
            if (http.Response.StatusCode == StatusCodes.Status404NotFound)
                await WriteAsync(http, StatusCodes.Status404NotFound, RequestFaults.AddressUnknown(path));
            else if (http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                await WriteAsync(http, StatusCodes.Status405MethodNotAllowed, RequestFaults.MethodNotAllowed(http.Request.Method, path));
        }
    }

    /// <summary>Around a route: whoever records the outcome of requests sees the status that the client gets.</summary>
    public static async Task GuardAsync(HttpContext http, RequestDelegate next, ILogger logger)
    {
        try
        {
            BodyReader.CheckLength(http.Request);
            await next(http);
        }
        catch (FaultException e) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, FaultStatus.Of(e.Fault), e.Fault);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            var fault = e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RequestFaults.BodyTooLarge(BodyReader.BytesMax) : RequestFaults.BodyUnreadable("HTTP");
            await WriteAsync(http, e.StatusCode, fault);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be answered.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var activity = http.Response.Headers["x-ms-request-id"].ToString();
            LogUnexpected(logger, e, http.Request.Method, activity);
            await WriteAsync(http, StatusCodes.Status500InternalServerError, InputFaults.InternalError(activity, "the node's log"));
        }
    }

    private static Task WriteAsync(HttpContext http, int status, Fault fault)
    {
        http.Response.StatusCode = status;

        // Whoever records the outcome of requests names it by its code.
        http.Features.Set(fault);
        return ArmJson.WriteAsync(http.Response, ArmError.Of(fault, http.Request), http.RequestAborted);
    }

    [LoggerMessage(7001, LogLevel.Error, "A {Method} request failed unexpectedly (activity {Activity}); nothing is known to be lost. Report it with this log.")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, string method, string activity);
}
