using System.Security.Cryptography;
using CsCheck;
using Holdfast.Nbd.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Nbd.Tests;

public sealed class NbdkitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Random_reads_and_writes_agree_with_a_model(bool withoutStructuredReplies)
    {
        const int sizeBytes = 1 << 20;
        using var server = await NbdServer.NbdkitAsync([.. withoutStructuredReplies ? ["--no-sr"] : Array.Empty<string>(), "memory", "1M"]);
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "", ct: Ct);
        var model = new byte[sizeBytes];
        var range = Gen.Select(Gen.Int[0, sizeBytes - 1], Gen.Int[0, 70_000], (at, length) => (at, length: Math.Min(length, sizeBytes - at)));
        var step = Gen.Select(Gen.Int[0, 3], range, Gen.Byte);
        await step.Array[1, 20].SampleAsync(
            async steps =>
            {
                foreach (var (kind, (at, length), value) in steps)
                {
                    if (kind == 0)
                    {
                        await client.WriteZeroesAsync(at, length, value % 2 == 0 ? NbdZeroing.NoHole : NbdZeroing.MayPunchHole, Ct);
                        model.AsSpan(at, length).Clear();
                    }
                    else if (kind == 1)
                    {
                        model.AsSpan(at, length).Fill(value);
                        await client.WriteAsync(at, model.AsMemory(at, length), Ct);
                    }
                    else
                    {
                        var read = new byte[length];
                        if (kind == 2)
                            await client.ReadAsync(at, read, Ct);
                        else
                            await client.ReadAsync(at, Model.Split(read, 1 + (value * 100)), Ct);
                        Assert.True(read.AsSpan().SequenceEqual(model.AsSpan(at, length)));
                    }
                }
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public async Task An_error_of_the_server_is_told_with_its_number_and_the_connection_stays_usable()
    {
        using var folder = new TemporaryFolder();
        var trigger = folder.File("trigger");
        using var server = await NbdServer.NbdkitAsync("--filter=error", "memory", "1M", "error=ENOSPC", "error-rate=100%", $"error-file={trigger}");
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "", ct: Ct);
        await client.ReadAsync(0, new byte[4096], Ct);
        await File.WriteAllTextAsync(trigger, "", Ct);
        var error = await Model.FailsAsync(NbdErrorKind.ServerError, () => client.ReadAsync(0, new byte[4096], Ct).AsTask());
        Assert.Equal(28u, error.ServerErrno);
        Assert.Contains("ENOSPC", error.Message, StringComparison.Ordinal);
        File.Delete(trigger);
        await client.ReadAsync(0, new byte[4096], Ct);
    }

    [Fact]
    public async Task Requests_beyond_the_limit_wait_their_turn_and_all_are_answered()
    {
        using var server = await NbdServer.NbdkitAsync("-t", "16", "--filter=delay", "pattern", "16M", "rdelay=5ms");
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "", new NbdClientOptions { MaxInFlight = 4 }, Ct);
        var buffers = Enumerable.Range(0, 64).Select(_ => new byte[8192]).ToArray();
        await Task.WhenAll(buffers.Select((buffer, i) => client.ReadAsync(i * 8192, buffer, Ct).AsTask()));
        for (var i = 0; i < buffers.Length; i++)
        {
            for (var at = 0; at < 8192; at += 8)
                Assert.Equal((i * 8192) + at, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(buffers[i].AsSpan(at)));
        }
    }

    [Fact]
    public async Task A_cancelled_request_leaves_the_stream_in_step()
    {
        using var server = await NbdServer.NbdkitAsync("-t", "16", "--filter=delay", "pattern", "64M", "rdelay=20ms");
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "", new NbdClientOptions { MaxInFlight = 8 }, Ct);
        for (var round = 0; round < 30; round++)
        {
            using var cancel = new CancellationTokenSource();
            var abandoned = Enumerable.Range(0, 4).Select(i => client.ReadAsync(i << 20, new byte[1 << 20], cancel.Token).AsTask()).ToArray();
            var kept = new byte[1 << 20];
            var keptTask = client.ReadAsync(8 << 20, kept, Ct).AsTask();
            // From "before the reply" to "in the middle of it": some rounds wait for a first one to arrive.
            if (round % 3 == 0)
                await Task.WhenAny(abandoned);
            await cancel.CancelAsync();
            foreach (var task in abandoned)
                await Record.ExceptionAsync(() => task);
            Assert.Contains(abandoned, task => task.IsCanceled || round % 3 == 0);
            await keptTask;
            Assert.Equal((8 << 20) + 4096, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(kept.AsSpan(4096)));
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        using var server = await NbdServer.NbdkitAsync("--filter=delay", "memory", "1M", "rdelay=60");
        var time = new FakeTimeProvider();
        var options = new NbdClientOptions { StallTimeout = TimeSpan.FromSeconds(10), TimeProvider = time };
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "", options, Ct);
        var first = client.ReadAsync(0, new byte[512], Ct).AsTask();
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        await Model.FailsAsync(NbdErrorKind.Timeout, () => first);
        await Model.FailsAsync(NbdErrorKind.Timeout, () => client.ReadAsync(0, new byte[512], Ct).AsTask());
    }

    [Fact]
    public async Task Several_connections_read_one_export()
    {
        using var server = await NbdServer.NbdkitAsync("pattern", "8M");
        await using var first = await NbdClient.ConnectAsync(server.Endpoint, "", ct: Ct);
        await using var second = await NbdClient.ConnectAsync(server.Endpoint, "", ct: Ct);
        Assert.True(first.CanMultiConnect);
        var one = new byte[1 << 20];
        var two = new byte[1 << 20];
        await Task.WhenAll(first.ReadAsync(0, one, Ct).AsTask(), second.ReadAsync(0, two, Ct).AsTask());
        Assert.Equal(SHA256.HashData(one), SHA256.HashData(two));
    }
}
