using Holdfast.Faults;

namespace Holdfast.Api.Replies;

/// <summary>The HTTP status that a fault is answered with.</summary>
public static class FaultStatus
{
    private static readonly Dictionary<string, int> ByCode = new(StringComparer.Ordinal)
    {
        ["AuthorizationFailed"] = StatusCodes.Status403Forbidden,
        ["ResourceNotFound"] = StatusCodes.Status404NotFound,
        ["ResourceGroupNotFound"] = StatusCodes.Status404NotFound,
        ["SubscriptionNotFound"] = StatusCodes.Status404NotFound,
        ["HoldfastPolicyNotFound"] = StatusCodes.Status404NotFound,
        ["HoldfastProtectedItemNotFound"] = StatusCodes.Status404NotFound,
        ["HoldfastHostNotFound"] = StatusCodes.Status404NotFound,
        ["HoldfastJobNotFound"] = StatusCodes.Status404NotFound,
        ["InvalidResourceType"] = StatusCodes.Status404NotFound,
        ["UserErrorVmNotFoundV2"] = StatusCodes.Status404NotFound,
        ["HoldfastPointNotFound"] = StatusCodes.Status404NotFound,
        ["ServiceResourceNotEmptyWithContainerDetails"] = StatusCodes.Status409Conflict,
        ["HoldfastPolicyInUse"] = StatusCodes.Status409Conflict,
        ["HoldfastChangedMeanwhile"] = StatusCodes.Status409Conflict,
        ["MethodNotAllowed"] = StatusCodes.Status405MethodNotAllowed,
        ["RequestEntityTooLarge"] = StatusCodes.Status413PayloadTooLarge,
        ["UnsupportedMediaType"] = StatusCodes.Status415UnsupportedMediaType,
        ["HoldfastInternalError"] = StatusCodes.Status500InternalServerError,
        ["HoldfastVaultFull"] = StatusCodes.Status507InsufficientStorage,
        ["HoldfastVaultIoFailed"] = StatusCodes.Status503ServiceUnavailable,
        ["HoldfastHypervisorUnreachable"] = StatusCodes.Status503ServiceUnavailable,
        ["HoldfastHypervisorConnectionLost"] = StatusCodes.Status503ServiceUnavailable,
    };

    /// <summary>The status of a fault: 400 where nothing else is said, and 409 where the same request may succeed later.</summary>
    public static int Of(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (ByCode.TryGetValue(fault.Code.Value, out var status))
            return status;
        return FaultCatalogue.Shared.Find(fault.Code)?.Retry is RetryAdvice.Later ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;
    }
}
