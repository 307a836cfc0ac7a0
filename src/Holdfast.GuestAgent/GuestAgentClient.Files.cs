using Holdfast.GuestAgent.Wire;

namespace Holdfast.GuestAgent;

public sealed partial class GuestAgentClient
{
    /// <summary>Reads a file of the guest.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="bytesMax">The most that is read; a longer file is a <see cref="GuestAgentErrorKind.LimitExceeded"/>.</param>
    /// <param name="ct">Ends the reading; the file is closed all the same.</param>
    public async Task<byte[]> ReadFileAsync(string path, int bytesMax, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        var handle = await CallAsync("guest-file-open", new WireFileOpen(path, "r"), AgentWire.Default.Int64, null, ct);
        try
        {
            return await ReadToEndAsync(handle, bytesMax, ct);
        }
        finally
        {
            await CloseAsync(handle);
        }
    }

    private async Task<byte[]> ReadToEndAsync(long handle, int bytesMax, CancellationToken ct)
    {
        using var content = new MemoryStream();
        for (var idle = 0; idle < GuestAgentLimits.FileReadsWithoutProgress;)
        {
            // One byte more than allowed is asked for, so that a file of exactly the limit is told from a longer one.
            var wanted = (int)Math.Min(GuestAgentLimits.FileReadBytes, bytesMax + 1L - content.Length);
            var read = await CallAsync("guest-file-read", new WireFileReadCount(handle, wanted), AgentWire.Default.WireFileRead, null, ct);
            var bytes = Decode(read.BufB64 ?? "");
            if (read.Count != bytes.Length || bytes.Length > wanted)
                throw AgentReply.Broken("counts other bytes than it holds");
            content.Write(bytes);
            if (content.Length > bytesMax)
                throw new GuestAgentException(GuestAgentErrorKind.LimitExceeded, $"The guest's file is longer than {bytesMax} bytes.");
            if (read.Eof ?? throw AgentReply.Broken("doesn't say whether the file ends"))
                return content.ToArray();
            idle = bytes.Length == 0 ? idle + 1 : 0;
        }
        throw AgentReply.Broken("never comes to the file's end");
    }

    private async Task CloseAsync(long handle)
    {
        try
        {
            await CallAsync("guest-file-close", new WireFileHandle(handle), AgentWire.Default.JsonElement, null, CancellationToken.None);
        }
        catch (GuestAgentException)
        {
            // A handle that can't be closed is the guest's loss, and not a reason to lose what was read.
        }
    }
}
