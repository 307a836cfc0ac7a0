using System.Reflection;
using Amazon.S3;
using Amazon.S3.Model;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>A client of S3 whose server keeps no versions, and says of each deletion of many that one failed.</summary>
public class AnsweringClient : DispatchProxy
{
    public DeleteError Error { get; set; } = new();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        nameof(IAmazonS3.GetBucketVersioningAsync) => Task.FromResult(new GetBucketVersioningResponse()),
        nameof(IAmazonS3.DeleteObjectsAsync) => Task.FromException<DeleteObjectsResponse>(
            new DeleteObjectsException(new DeleteObjectsResponse { DeleteErrors = [Error] })),
        "Dispose" => null,
        _ => throw new NotSupportedException(targetMethod?.Name),
    };
}
