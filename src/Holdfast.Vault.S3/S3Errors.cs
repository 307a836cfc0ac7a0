using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Holdfast.Vault.S3;

/// <summary>Turns what a server and its client library say into this room's errors. Without the library's exceptions: their texts may hold what was signed.</summary>
internal static class S3Errors
{
    public static bool IsMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>What a refusal means.</summary>
    public static RemoteAnswer AnswerOf(AmazonS3Exception e) =>
        IsMissing(e) ? RemoteAnswer.Missing
        : e.StatusCode == HttpStatusCode.PreconditionFailed ? RemoteAnswer.Taken
        : e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable ? RemoteAnswer.PastEnd
        : RemoteAnswer.None;

    /// <summary>Whether an exception is of the client library or of the network, and not a cancellation that was asked for.</summary>
    public static bool IsOurs(Exception e, CancellationToken ct) =>
        e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or System.Net.Sockets.SocketException
        || (e is OperationCanceledException && !ct.IsCancellationRequested);

    public static VaultException From(Exception e, string what)
    {
        if (StoreTrust.Refusal(e) is { } refusal)
        {
            return new(VaultErrorKind.NotTrusted, refusal);
        }

        if (e is not AmazonServiceException service)
        {
            return e is AmazonClientException && e.InnerException is null && e.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase)
                ? new(VaultErrorKind.NotAuthenticated, $"{what}: there are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
                : new(VaultErrorKind.Unavailable, $"{what}: {(e.InnerException ?? e).Message}");
        }

        var kind = KindOf(service);
        var said = kind == VaultErrorKind.NotAuthenticated || string.IsNullOrWhiteSpace(service.Message) ? "" : $", {service.Message.TrimEnd('.')}";
        return new(kind, $"{what}: {(int)service.StatusCode} {service.ErrorCode}{said}.") { RetryAfter = RetryAfter(service) };
    }

    private static VaultErrorKind KindOf(AmazonServiceException e) => e.ErrorCode switch
    {
        "NoSuchBucket" => VaultErrorKind.StoreMissing,
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "RequestTimeTooSkewed" or "AuthorizationHeaderMalformed"
            or "InvalidClientTokenId" => VaultErrorKind.NotAuthenticated,
        "QuotaExceeded" or "XMinioStorageFull" or "XMinioAdminBucketQuotaExceeded" or "InsufficientCapacity" => VaultErrorKind.NoSpace,
        "SlowDown" or "ServiceUnavailable" or "RequestTimeout" or "ConditionalRequestConflict" or "OperationAborted" or "InternalError"
            => VaultErrorKind.Unavailable,
        "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException" or "InvalidBucketName" => VaultErrorKind.PlaceInvalid,
        "ObjectLockConfigurationNotFoundError" or "NotImplemented" or "MethodNotAllowed" => VaultErrorKind.Unsupported,
        _ => e.StatusCode switch
        {
            HttpStatusCode.Forbidden => VaultErrorKind.PermissionDenied,
            HttpStatusCode.Unauthorized => VaultErrorKind.NotAuthenticated,
            HttpStatusCode.InsufficientStorage => VaultErrorKind.NoSpace,
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError or 0 => VaultErrorKind.Unavailable,
            _ => VaultErrorKind.Io,
        },
    };

    private static TimeSpan? RetryAfter(AmazonServiceException e) =>
        e.InnerException is Amazon.Runtime.Internal.HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent("Retry-After")
            && int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
