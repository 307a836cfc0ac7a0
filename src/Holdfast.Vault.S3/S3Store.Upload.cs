using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Holdfast.Vault.S3;

/// <content>Writing piece by piece.</content>
public sealed partial class S3Store
{
    /// <summary>An object that is written piece by piece: one request if it is short, else an upload in parts that is completed under the same condition.</summary>
    private sealed class Upload(S3Store store, ObjectName name) : BufferedUpload(name, store.PartBytes)
    {
        private readonly Dictionary<int, string> _etags = [];
        private string? _upload;

        protected override ValueTask<CreateOutcome> PutAsync(IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) => store.PutAsync(Name, content, ct);

        protected override async ValueTask SendPartAsync(int number, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct)
        {
            if (_upload is null)
            {
                var begin = new InitiateMultipartUploadRequest { BucketName = store.Bucket, Key = store.KeyOf(Name), ContentType = "application/octet-stream" };
                var begun = await store.CallAsync(() => store.Client.InitiateMultipartUploadAsync(begin, ct), "Can't create", Name, ct);
                _upload = begun.UploadId;
                store.OwnUploads[_upload] = true;
            }

            using var body = store.BodyOf(content);
            var sent = await store.CallAsync(
                () => store.Client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = store.Bucket, Key = store.KeyOf(Name), UploadId = _upload, PartNumber = number, InputStream = body, PartSize = body.Length,
                        UseChunkEncoding = false,
                    },
                    ct),
                "Can't create", Name, ct);
            _etags[number] = sent.ETag;
        }

        protected override async ValueTask<CreateOutcome> CompletePartsAsync(int parts, CancellationToken ct)
        {
            // Some servers overlook the condition when parts are put together: those at least don't replace what was there before.
            if (await store.GetSizeAsync(Name, ct) is not null)
            {
                return CreateOutcome.AlreadyExists;
            }

            var outcome = await store.CreateAsync(
                Name,
                async () =>
                {
                    try
                    {
                        var reply = await store.Client.CompleteMultipartUploadAsync(
                            new CompleteMultipartUploadRequest
                            {
                                BucketName = store.Bucket, Key = store.KeyOf(Name), UploadId = _upload, IfNoneMatch = "*",
                                PartETags = [.. Enumerable.Range(1, parts).Select(i => new PartETag(i, _etags[i]))],
                            },
                            ct);
                        return await store.SettleAsync(Name, reply.VersionId, ct);
                    }
                    catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode == "NoSuchUpload")
                    {
                        // Its reply was lost before, or somebody gave the upload up.
                        return await store.GetSizeAsync(Name, ct) is not null ? CreateOutcome.AlreadyExists
                            : throw new VaultException(VaultErrorKind.Io, $"The unfinished upload of {Name} in {store.Description} was given up by somebody.");
                    }
                },
                ct);
            if (outcome == CreateOutcome.Created)
            {
                store.OwnUploads.TryRemove(_upload!, out _);
            }

            return outcome;
        }

        protected override async ValueTask AbandonPartsAsync()
        {
            if (_upload is null)
            {
                return;
            }

            store.OwnUploads.TryRemove(_upload, out _);
            try
            {
                await store.AbortAsync(store.KeyOf(Name), _upload, CancellationToken.None);
            }
            catch (VaultException)
            {
                // A remain for the next clean-up.
            }
        }
    }
}
