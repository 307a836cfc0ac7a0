namespace Holdfast.Nbd.Tests;

internal static class Model
{
    public static byte[] Random(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The same memory in buffers of one length; the last may be shorter.</summary>
    public static Memory<byte>[] Split(Memory<byte> whole, int bufferBytes) =>
        [.. Enumerable.Range(0, (whole.Length + bufferBytes - 1) / bufferBytes)
            .Select(i => whole[(i * bufferBytes)..Math.Min(whole.Length, (i + 1) * bufferBytes)])];

    public static async Task<List<NbdExtent>> ExtentsAsync(this NbdClient client, string context, long? length = null)
    {
        var extents = new List<NbdExtent>();
        await foreach (var extent in client.GetExtentsAsync(context, 0, length ?? client.SizeBytes, TestContext.Current.CancellationToken))
            extents.Add(extent);
        return extents;
    }

    public static async Task<NbdException> FailsAsync(NbdErrorKind kind, Func<Task> action)
    {
        var exception = await Assert.ThrowsAsync<NbdException>(action);
        Assert.Equal(kind, exception.Kind);
        return exception;
    }
}
