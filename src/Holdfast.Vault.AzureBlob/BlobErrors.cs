using System.Globalization;
using Azure;

namespace Holdfast.Vault.AzureBlob;

/// <summary>Turns what the service and its client library say into this room's errors. Without the library's exceptions: their texts hold whole replies.</summary>
internal static class BlobErrors
{
    public static bool IsMissing(RequestFailedException e) => e.Status == 404 && e.ErrorCode is not "ContainerNotFound" and not "ContainerBeingDeleted";

    /// <summary>What a refusal means. What is retained is there, so its name is taken.</summary>
    public static RemoteAnswer AnswerOf(RequestFailedException e) =>
        IsMissing(e) ? RemoteAnswer.Missing
        : e.Status == 412 || e.ErrorCode is "BlobAlreadyExists" or "BlobImmutableDueToPolicy" or "BlobImmutableDueToLegalHold" ? RemoteAnswer.Taken
        : e.Status == 416 ? RemoteAnswer.PastEnd
        : RemoteAnswer.None;

    /// <summary>Whether an exception is of the client library or of the network, and not a cancellation that was asked for.</summary>
    public static bool IsOurs(Exception e, CancellationToken ct) =>
        e is RequestFailedException or NoIdentityException or System.Xml.XmlException or HttpRequestException or IOException or System.Net.Sockets.SocketException
        || (e is AggregateException a && a.InnerExceptions.All(i => IsOurs(i, ct))) || (e is OperationCanceledException && !ct.IsCancellationRequested);

    public static VaultException From(Exception e, string what)
    {
        if (StoreTrust.Refusal(e) is { } refusal)
        {
            return new(VaultErrorKind.NotTrusted, refusal);
        }

        if (e is NoIdentityException)
        {
            return new(VaultErrorKind.NotAuthenticated, $"{what}: {e.Message}");
        }

        if (e is not RequestFailedException { Status: not 0 } failed)
        {
            var cause = e is AggregateException { InnerExceptions: [var first, ..] } ? first : e;
            return new(VaultErrorKind.Unavailable, $"{what}: {(cause.InnerException ?? cause).Message.Split('\n')[0].Trim()}");
        }

        return new(KindOf(failed), $"{what}: {failed.Status} {failed.ErrorCode}.") { RetryAfter = RetryAfter(failed) };
    }

    private static VaultErrorKind KindOf(RequestFailedException e) => e.ErrorCode switch
    {
        "ContainerNotFound" or "ContainerBeingDeleted" or "AccountBeingCreated" or "ResourceNotFound" => VaultErrorKind.StoreMissing,
        "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation" => VaultErrorKind.NotAuthenticated,
        "AccountIsDisabled" or "InsufficientAccountPermissions" or "AuthorizationFailure" or "AuthorizationPermissionMismatch"
            or "AuthorizationProtocolMismatch" => VaultErrorKind.PermissionDenied,
        "AccountQuotaExceeded" or "StorageAccountQuotaExceeded" => VaultErrorKind.NoSpace,
        "BlobImmutableDueToPolicy" or "BlobImmutableDueToLegalHold" => VaultErrorKind.Retained,
        "ServerBusy" or "OperationTimedOut" or "InternalError" => VaultErrorKind.Unavailable,
        "InvalidResourceName" => VaultErrorKind.PlaceInvalid,
        "UnsupportedHeader" or "FeatureNotEnabled" or "VersionLevelWormNotEnabled" => VaultErrorKind.Unsupported,
        _ => e.Status switch
        {
            401 => VaultErrorKind.NotAuthenticated,
            403 => VaultErrorKind.PermissionDenied,
            408 or 429 => VaultErrorKind.Unavailable,
            501 => VaultErrorKind.Unsupported,
            507 => VaultErrorKind.NoSpace,
            >= 500 => VaultErrorKind.Unavailable,
            _ => VaultErrorKind.Io,
        },
    };

    private static TimeSpan? RetryAfter(RequestFailedException e) =>
        e.GetRawResponse() is { } reply && reply.Headers.TryGetValue("Retry-After", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
