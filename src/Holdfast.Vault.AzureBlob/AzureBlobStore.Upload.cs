namespace Holdfast.Vault.AzureBlob;

/// <content>Writing piece by piece.</content>
public sealed partial class AzureBlobStore
{
    /// <summary>A blob that is written piece by piece: one request if it is short, else blocks whose list is committed under the same condition.</summary>
    private sealed class Upload(AzureBlobStore store, ObjectName name) : BufferedUpload(name, store.PartBytes)
    {
        // Of this upload alone: another one of the same name can't put its blocks among these.
        private readonly Guid _id = Guid.NewGuid();

        protected override ValueTask<CreateOutcome> PutAsync(IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct) => store.PutAsync(Name, content, ct);

        protected override async ValueTask SendPartAsync(int number, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken ct)
        {
            using var body = store.BodyOf(content);
            await store.CallAsync(() => store.BlobOf(Name).StageBlockAsync(BlockOf(number), body, cancellationToken: ct), "Can't create", Name, ct);
        }

        protected override ValueTask<CreateOutcome> CompletePartsAsync(int parts, CancellationToken ct) =>
            store.CommitAsync(Name, Enumerable.Range(1, parts).Select(BlockOf), ct);

        /// <summary>The service discards the blocks after a week.</summary>
        protected override ValueTask AbandonPartsAsync() => default;

        private string BlockOf(int number)
        {
            var id = new byte[20];
            _id.TryWriteBytes(id);
            BitConverter.TryWriteBytes(id.AsSpan(16), number);
            return Convert.ToBase64String(id);
        }
    }
}
