using Azure;
using Azure.Storage.Blobs.Models;

namespace Holdfast.Vault.AzureBlob;

/// <content>
/// Deleting, and version-level immutability as Azure documents it: a policy on the blob's current version. Where versions are kept, deleting the blob
/// only makes its version an earlier one; the space comes back with the version.
/// </content>
public sealed partial class AzureBlobStore
{
    private bool? _isVersioned;
    private volatile bool _refusesPolicies;

    /// <summary>Whether accounts with a right of their own can end a retention early (unlocked policies); else nobody can.</summary>
    public bool IsGovernance { get; init; }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(ObjectName name, CancellationToken ct)
    {
        string? version = null;
        if (_isVersioned != false)
        {
            if (await PropertiesAsync(name, ct) is not { } properties)
            {
                return;
            }

            version = properties.VersionId;
            _isVersioned ??= version is not null;
            if (version is not null && properties.ImmutabilityPolicy?.ExpiresOn is { } until && until > Time.GetUtcNow())
            {
                // Deleting the blob would be allowed and free nothing: only its version is kept.
                throw Retained(name, until);
            }
        }

        await DeleteAnywayAsync(name, version, ct);
    }

    /// <inheritdoc/>
    public override ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct) => new(RetentionTrial.RunAsync(
        this,
        async (name, content, until, token) => await PutAsync(name, [content], PolicyOf(until, !IsGovernance), token),
        async (name, token) => await DeleteAnywayAsync(name, (await PropertiesAsync(name, token))?.VersionId, token),
        Time, ct));

    /// <inheritdoc/>
    public override async ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct) =>
        (await PropertiesAsync(name, ct))?.ImmutabilityPolicy is { ExpiresOn: { } until } policy
            ? new ObjectRetention(until, policy.PolicyMode == BlobImmutabilityPolicyMode.Locked)
            : null;

    /// <inheritdoc/>
    protected override async Task SetRetentionAsync(ObjectName name, DateTimeOffset until, ObjectRetention? before, CancellationToken ct)
    {
        try
        {
            // A locked policy stays locked: the service takes nothing else for it.
            await BlobOf(name).SetImmutabilityPolicyAsync(PolicyOf(until, isLocked: before is { IsFinal: true } || !IsGovernance), cancellationToken: ct);
        }
        catch (RequestFailedException e) when (e.Status is 400 or 409)
        {
            throw new VaultException(
                VaultErrorKind.Unsupported, $"{Description} can't retain {name}: {e.Status} {e.ErrorCode}. Its container needs version-level immutability.");
        }
    }

    private BlobImmutabilityPolicy? PolicyOfNew(ObjectName name) => RetentionOfNew(name) is { } until ? PolicyOf(until, !IsGovernance) : null;

    private static BlobImmutabilityPolicy PolicyOf(DateTimeOffset until, bool isLocked) =>
        new() { ExpiresOn = until, PolicyMode = isLocked ? BlobImmutabilityPolicyMode.Locked : BlobImmutabilityPolicyMode.Unlocked };

    /// <summary>Creates a blob with its policy. A container without version-level immutability refuses that, and gets its blobs without one from then on.</summary>
    private async ValueTask<CreateOutcome> RetainIfPossibleAsync(
        BlobImmutabilityPolicy? policy, Func<BlobImmutabilityPolicy?, ValueTask<CreateOutcome>> create)
    {
        if (policy is not null && !_refusesPolicies)
        {
            try
            {
                return await create(policy);
            }
            catch (VaultException e) when (e.Kind == VaultErrorKind.Unsupported)
            {
                _refusesPolicies = true;
            }
        }

        return await create(null);
    }

    private async ValueTask DeleteAnywayAsync(ObjectName name, string? version, CancellationToken ct) => await CallAsync(
        async () =>
        {
            try
            {
                await BlobOf(name).DeleteIfExistsAsync(cancellationToken: ct);
                if (version is not null)
                {
                    await BlobOf(name).WithVersion(version).DeleteIfExistsAsync(cancellationToken: ct);
                }
            }
            catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
            {
                // It isn't there: that is what was asked for.
            }

            return true;
        },
        "Can't delete", name, ct);
}
