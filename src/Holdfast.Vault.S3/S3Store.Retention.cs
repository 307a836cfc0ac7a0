using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Holdfast.Vault.S3;

/// <content>Deleting, and object lock. A bucket with object lock keeps versions: what is deleted is the version, since a delete marker frees nothing.</content>
public sealed partial class S3Store
{
    private readonly SemaphoreSlim _asking = new(1);
    private bool? _isVersioned;

    /// <summary>How firmly objects are retained.</summary>
    public ObjectLockRetentionMode LockMode { get; init; } = ObjectLockRetentionMode.Compliance;

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(ObjectName name, CancellationToken ct)
    {
        string? version = null;
        if (await IsVersionedAsync(ct))
        {
            if (await HeadAsync(name, ct) is not { } head)
            {
                return;
            }

            version = head.VersionId;
        }

        await CallAsync(
            async () =>
            {
                try
                {
                    await Client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = KeyOf(name), VersionId = version }, ct);
                }
                catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
                {
                    // It isn't there: that is what was asked for.
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.Forbidden && version is not null)
                {
                    if (await GetRetentionAsync(name, ct) is { } kept && kept.Until > Time.GetUtcNow())
                    {
                        throw Retained(name, kept.Until);
                    }

                    throw;
                }

                return true;
            },
            "Can't delete", name, ct);
    }

    /// <inheritdoc/>
    public override async ValueTask<RetentionProbe> ProbeRetentionAsync(CancellationToken ct) =>
        await IsVersionedAsync(ct)
            ? await RetentionTrial.RunAsync(
                this,
                async (name, content, until, token) =>
                {
                    await CreateAsync(name, content, token);
                    await RetainUntilAsync(name, until, token);
                },
                DeleteAsync, Time, ct)
            : new RetentionProbe(RetentionSupport.Unsupported, $"The bucket of {Description} was made without object lock.");

    /// <inheritdoc/>
    public override async ValueTask<ObjectRetention?> GetRetentionAsync(ObjectName name, CancellationToken ct) =>
        // Only buckets with versions have object lock. Of others nobody is asked, who might not be allowed to.
        !await IsVersionedAsync(ct) ? null : await CallAsync<ObjectRetention?>(
        async () =>
        {
            try
            {
                var reply = await Client.GetObjectRetentionAsync(new GetObjectRetentionRequest { BucketName = Bucket, Key = KeyOf(name) }, ct);
                return reply.Retention is { RetainUntilDate: { } until } kept
                    ? new ObjectRetention(new DateTimeOffset(until.ToUniversalTime()), kept.Mode == ObjectLockRetentionMode.Compliance)
                    : null;
            }
            catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest && e.ErrorCode != "NoSuchBucket")
            {
                // There is no such object, no date, or no object lock in this bucket.
                return null;
            }
        },
        "Can't look at the retention of", name, ct);

    /// <inheritdoc/>
    protected override async Task SetRetentionAsync(ObjectName name, DateTimeOffset until, ObjectRetention? before, CancellationToken ct)
    {
        // As firmly as it is kept already, whatever new objects get: changing that takes the right to end retentions.
        var mode = before is not { } kept ? LockMode : kept.IsFinal ? ObjectLockRetentionMode.Compliance : ObjectLockRetentionMode.Governance;
        var retention = new ObjectLockRetention { Mode = mode, RetainUntilDate = until.UtcDateTime };
        try
        {
            await Client.PutObjectRetentionAsync(new PutObjectRetentionRequest { BucketName = Bucket, Key = KeyOf(name), Retention = retention }, ct);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.BadRequest)
        {
            throw new VaultException(VaultErrorKind.Unsupported, $"{Description} can't retain {name}: {e.ErrorCode}. Its bucket must be made with object lock.");
        }
    }

    /// <summary>
    /// What a creation came to that the server reported as done. Where versions are kept the server may have overlooked the condition, and made a version
    /// beside the one that was there: the oldest is the object. Who made a later one takes it away again, before anything else is done with it.
    /// </summary>
    private async Task<CreateOutcome> SettleAsync(ObjectName name, string? version, CancellationToken ct)
    {
        if (!await IsVersionedAsync(ct))
        {
            return CreateOutcome.Created;
        }

        var versions = await VersionsAsync(KeyOf(name), ct);
        if (versions.Count > 1 && versions[^1] != version)
        {
            await DeleteVersionAsync(KeyOf(name), version, ct);
            return CreateOutcome.AlreadyExists;
        }

        // Only now: what is retained can't be taken away again.
        await RetainNewAsync(name, ct);
        return CreateOutcome.Created;
    }

    /// <summary>Takes later versions of points away whose makers died before they did.</summary>
    private async ValueTask RemoveLaterVersionsAsync(CancellationToken ct)
    {
        if (!await IsVersionedAsync(ct))
        {
            return;
        }

        var before = Time.GetUtcNow() - TimeSpan.FromMinutes(10);
        var request = new ListVersionsRequest { BucketName = Bucket, Prefix = Prefix + "points/" };
        S3ObjectVersion? newer = null;
        do
        {
            var page = await CallAsync(() => Client.ListVersionsAsync(request, ct), $"Can't list the versions of {Description}", ct);
            foreach (var version in page.Versions ?? [])
            {
                if (newer is not null && newer.Key == version.Key && newer.IsDeleteMarker != true && version.IsDeleteMarker != true
                    && newer.LastModified?.ToUniversalTime() < before)
                {
                    await DeleteVersionAsync(newer.Key, newer.VersionId, ct);
                }

                newer = version;
            }

            (request.KeyMarker, request.VersionIdMarker) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextVersionIdMarker) : (null, null);
        }
        while (request.KeyMarker is not null);
    }

    /// <summary>The versions of a key since it was last deleted, the newest first.</summary>
    private async Task<List<string>> VersionsAsync(string key, CancellationToken ct)
    {
        var page = await CallAsync(
            () => Client.ListVersionsAsync(new ListVersionsRequest { BucketName = Bucket, Prefix = key, MaxKeys = 100 }, ct), $"Can't list the versions of {Description}", ct);
        return [.. (page.Versions ?? []).Where(v => v.Key == key).TakeWhile(v => v.IsDeleteMarker != true).Select(v => v.VersionId)];
    }

    private async ValueTask DeleteVersionAsync(string key, string? version, CancellationToken ct) => await CallAsync(
        () => Client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Bucket, Key = key, VersionId = version }, ct),
        $"Can't delete a version in {Description}", ct);

    private async ValueTask<bool> IsVersionedAsync(CancellationToken ct)
    {
        if (_isVersioned is { } known)
        {
            return known;
        }

        await _asking.WaitAsync(ct);
        try
        {
            return _isVersioned ??= await CallAsync(
                async () =>
                {
                    try
                    {
                        var reply = await Client.GetBucketVersioningAsync(new GetBucketVersioningRequest { BucketName = Bucket }, ct);
                        return reply.VersioningConfig?.Status == VersionStatus.Enabled || reply.VersioningConfig?.Status == VersionStatus.Suspended;
                    }
                    catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotImplemented)
                    {
                        // Who may not ask takes it that versions are kept: that costs a request more, and is right either way.
                        return e.StatusCode == HttpStatusCode.Forbidden;
                    }
                },
                $"Can't look at the bucket of {Description}", ct);
        }
        finally
        {
            _asking.Release();
        }
    }
}
