using System.Collections.Concurrent;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Holdfast.Vault.S3;

/// <content>Deleting many objects with one request.</content>
public sealed partial class S3Store
{
    /// <summary>What the protocol takes in one request.</summary>
    private const int DeletedAtOnceMax = 1000;

    private volatile bool _deletesSingly;

    /// <inheritdoc/>
    /// <remarks>A thousand in one request. In a bucket with versions each is looked at first, since what is deleted is the version.</remarks>
    public override async ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        var kept = new List<ObjectName>();
        foreach (var some in names.Distinct().Chunk(DeletedAtOnceMax))
        {
            kept.AddRange(some.Length == 1 || _deletesSingly ? await base.DeleteManyAsync(some, ct) : await DeleteAtOnceAsync(some, ct));
        }

        return kept;
    }

    private async Task<IReadOnlyList<ObjectName>> DeleteAtOnceAsync(ObjectName[] names, CancellationToken ct)
    {
        var asked = await VersionsToDeleteAsync(names, ct);
        if (asked.Count == 0)
        {
            return [];
        }

        IReadOnlyList<DeleteError> refused;
        try
        {
            refused = await SendDeletionsAsync(asked, ct);
        }
        catch (VaultException e) when (e.Kind == VaultErrorKind.Unsupported)
        {
            // A server that doesn't know the request.
            _deletesSingly = true;
            return await base.DeleteManyAsync(names, ct);
        }

        // The reply is a success even if nothing was deleted: it says of each key what became of it.
        var kept = new List<ObjectName>();
        foreach (var error in refused.Where(e => e.Code is not ("NoSuchKey" or "NoSuchVersion")))
        {
            if (error.Key is not null && asked.TryGetValue(error.Key, out var of) && of.Version is not null && error.Code == "AccessDenied"
                && await GetRetentionAsync(of.Name, ct) is { } retention && retention.Until > Time.GetUtcNow())
            {
                kept.Add(of.Name);
                continue;
            }

            // Without the server's own words, which are about a key that it may have made up.
            var status = error.Code == "AccessDenied" ? HttpStatusCode.Forbidden : HttpStatusCode.BadRequest;
            throw S3Errors.From(new AmazonS3Exception("") { ErrorCode = error.Code, StatusCode = status }, $"Can't delete objects in {Description}");
        }

        return kept;
    }

    /// <summary>The objects to be deleted by their keys, and of which version each; those that aren't there are left out where that is known.</summary>
    private async Task<IReadOnlyDictionary<string, (ObjectName Name, string? Version)>> VersionsToDeleteAsync(ObjectName[] names, CancellationToken ct)
    {
        var asked = new ConcurrentDictionary<string, (ObjectName, string?)>(StringComparer.Ordinal);
        if (!await IsVersionedAsync(ct))
        {
            foreach (var name in names)
            {
                asked[KeyOf(name)] = (name, null);
            }

            return asked;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = ct };
        await Parallel.ForEachAsync(
            names, options,
            async (name, token) =>
            {
                if (await HeadAsync(name, token) is { } head)
                {
                    asked[KeyOf(name)] = (name, head.VersionId);
                }
            });
        return asked;
    }

    private ValueTask<IReadOnlyList<DeleteError>> SendDeletionsAsync(
        IReadOnlyDictionary<string, (ObjectName Name, string? Version)> asked, CancellationToken ct) => CallAsync<IReadOnlyList<DeleteError>>(
        async () =>
        {
            var request = new DeleteObjectsRequest
            {
                BucketName = Bucket, Quiet = true, Objects = [.. asked.Select(a => new KeyVersion { Key = a.Key, VersionId = a.Value.Version })],
            };
            try
            {
                return (await Client.DeleteObjectsAsync(request, ct)).DeleteErrors ?? [];
            }
            catch (DeleteObjectsException e)
            {
                return e.Response.DeleteErrors ?? [];
            }
        },
        $"Can't delete objects in {Description}", ct);
}
