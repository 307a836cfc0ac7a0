using Holdfast.Nbd.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Nbd.Tests;

public sealed class HostileServerTests
{
    private const ushort OffsetData = 1;
    private const ushort OffsetHole = 2;
    private const ushort BlockStatus = 5;
    private const ushort Error = 0x8001;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Handshakes => [.. HandshakeScripts.Keys];

    public static TheoryData<string> ReadReplies => [.. ReadScripts.Keys];

    public static TheoryData<string> ExtentReplies => [.. ExtentScripts.Keys];

    private static readonly Dictionary<string, (NbdErrorKind Kind, Func<HostileServer.Wire, Task> Script)> HandshakeScripts = new()
    {
        ["wrong greeting"] = (NbdErrorKind.ProtocolViolation, wire => wire.SendAsync(new byte[18])),
        ["old style"] = (NbdErrorKind.NotSupported, wire => wire.SendAsync(0x4e42444d41474943ul, 0x00420281861253ul, (ushort)0)),
        ["not fixed newstyle"] = (NbdErrorKind.NotSupported, wire => wire.SendAsync(0x4e42444d41474943ul, 0x49484156454F5054ul, (ushort)0)),
        ["closed at once"] = (NbdErrorKind.HandshakeFailed, wire => throw new IOException()),
        ["closed in the middle"] = (NbdErrorKind.HandshakeFailed, async wire =>
        {
            await wire.GreetAsync();
            await wire.ReadAsync(20);
            throw new IOException();
        }),
        ["wrong option magic"] = Option(wire => wire.SendAsync(1ul, 8u, 1u, 0u)),
        ["reply to another option"] = Option(wire => wire.ReplyAsync(9, 1)),
        ["huge option reply"] = Option(wire => wire.SendAsync(0x0003e889045565a9ul, 8u, 1u, uint.MaxValue)),
        ["impossible size"] = Go(wire => wire.ReplyAsync(7, 3, (ushort)0, ulong.MaxValue, (ushort)1)),
        ["short export information"] = Go(wire => wire.ReplyAsync(7, 3, (ushort)0, 1u)),
        ["export information twice"] = Go(async wire =>
        {
            await wire.ReplyAsync(7, 3, (ushort)0, 1ul, (ushort)1);
            await wire.ReplyAsync(7, 3, (ushort)0, 2ul, (ushort)1);
        }),
        ["no size"] = Go(wire => wire.ReplyAsync(7, 1)),
        ["impossible block size"] = Go(wire => wire.ReplyAsync(7, 3, (ushort)3, 3u, 4096u, 4096u)),
        ["endless information"] = Go(async wire =>
        {
            while (true)
                await wire.ReplyAsync(7, 3, (ushort)99);
        }),
        ["unknown reply type"] = Go(wire => wire.ReplyAsync(7, 77)),
        ["policy"] = (NbdErrorKind.HandshakeFailed, Go(wire => wire.ReplyAsync(7, 0x80000002, new byte[] { 1, 2, 65, 27 })).Script),
    };

    private static readonly Dictionary<string, Func<HostileServer.Wire, HostileServer.Request, Task>> ReadScripts = new()
    {
        ["wrong magic"] = (wire, request) => wire.SendAsync(0x12345678u, 0u, request.Cookie, new byte[64]),
        ["unknown cookie"] = (wire, request) => wire.ChunkAsync(request with { Cookie = request.Cookie ^ 1 }, true, 0),
        ["cookie of a past request"] = (wire, request) => wire.ChunkAsync(request with { Cookie = request.Cookie + (1 << 16) }, true, 0),
        ["simple reply to a read"] = (wire, request) => wire.SendAsync(0x67446698u, 0u, request.Cookie, new byte[4096]),
        ["nothing at all"] = (wire, request) => wire.ChunkAsync(request, true, 0),
        ["too little"] = (wire, request) => wire.ChunkAsync(request, true, OffsetData, request.Offset, new byte[100]),
        ["too much"] = (wire, request) => wire.ChunkAsync(request, true, OffsetData, request.Offset, new byte[5000]),
        ["before the request"] = (wire, request) => wire.ChunkAsync(request, true, OffsetData, request.Offset - 1, new byte[4096]),
        ["after the request"] = (wire, request) => wire.ChunkAsync(request, true, OffsetData, request.Offset + 1, new byte[4096]),
        ["far away"] = (wire, request) => wire.ChunkAsync(request, true, OffsetData, ulong.MaxValue - 5, new byte[4096]),
        ["no data"] = (wire, request) => wire.ChunkAsync(request, false, OffsetData, request.Offset),
        ["huge length"] = (wire, request) => wire.SendAsync(0x668e33efu, (ushort)0, OffsetData, request.Cookie, uint.MaxValue, request.Offset),
        ["the same data twice"] = async (wire, request) =>
        {
            await wire.ChunkAsync(request, false, OffsetData, request.Offset, new byte[2048]);
            await wire.ChunkAsync(request, true, OffsetData, request.Offset, new byte[2048]);
        },
        ["hole over data"] = async (wire, request) =>
        {
            await wire.ChunkAsync(request, false, OffsetData, request.Offset, new byte[2048]);
            await wire.ChunkAsync(request, true, OffsetHole, request.Offset + 2047, 2049u);
        },
        ["empty hole"] = (wire, request) => wire.ChunkAsync(request, true, OffsetHole, request.Offset, 0u),
        ["hole of wrong size"] = (wire, request) => wire.ChunkAsync(request, true, OffsetHole, request.Offset, 4096ul),
        ["nothing, not done"] = (wire, request) => wire.ChunkAsync(request, false, 0),
        ["block status to a read"] = (wire, request) => wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId, 4096u, 0u),
        ["unknown type"] = (wire, request) => wire.ChunkAsync(request, true, 99, new byte[8]),
        ["error too short"] = (wire, request) => wire.ChunkAsync(request, true, Error, 5u),
        ["error text longer than chunk"] = (wire, request) => wire.ChunkAsync(request, true, Error, 5u, (ushort)100, new byte[10]),
        ["error too long"] = (wire, request) => wire.SendAsync(0x668e33efu, (ushort)1, Error, request.Cookie, 1u << 20, 5u, (ushort)10),
        ["error zero"] = (wire, request) => wire.ChunkAsync(request, true, Error, 0u, (ushort)0),
    };

    private static readonly Dictionary<string, Func<HostileServer.Wire, HostileServer.Request, Task>> ExtentScripts = new()
    {
        ["no length"] = (wire, request) => wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId, 0u, 0u),
        ["other context"] = (wire, request) => wire.ChunkAsync(request, true, BlockStatus, 99u, 4096u, 0u),
        ["without extents"] = (wire, request) => wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId),
        ["half an extent"] = (wire, request) => wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId, 4096u, 0u, 5u),
        ["after the end"] = (wire, request) => wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId, request.Length, 0u, 512u, 1u),
        ["twice"] = async (wire, request) =>
        {
            await wire.ChunkAsync(request, false, BlockStatus, HostileServer.ContextId, 4096u, 0u);
            await wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId, 4096u, 0u);
        },
        ["nothing"] = (wire, request) => wire.ChunkAsync(request, true, 0),
        ["huge"] = (wire, request) => wire.SendAsync(0x668e33efu, (ushort)1, BlockStatus, request.Cookie, 0x8000_0004u, HostileServer.ContextId),
        ["data"] = (wire, request) => wire.ChunkAsync(request, true, OffsetData, request.Offset, new byte[512]),
        ["simple success"] = (wire, request) => wire.SendAsync(0x67446698u, 0u, request.Cookie),
    };

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task A_broken_handshake_is_a_clear_error(string name)
    {
        var (kind, script) = HandshakeScripts[name];
        await using var server = new HostileServer(script);
        var error = await Model.FailsAsync(kind, () => NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct));
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [MemberData(nameof(ReadReplies))]
    public async Task A_broken_reply_to_a_read_kills_the_connection_and_every_request_on_it(string name)
    {
        await using var server = HostileServer.AfterHandshake(async wire =>
        {
            await wire.ReadRequestAsync();
            await ReadScripts[name](wire, await wire.ReadRequestAsync());
        });
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        var other = client.ReadAsync(65536, new byte[4096], Ct).AsTask();
        await Model.FailsAsync(NbdErrorKind.ProtocolViolation, () => client.ReadAsync(4096, new byte[4096], Ct).AsTask());
        await Model.FailsAsync(NbdErrorKind.ProtocolViolation, () => other);
        await Model.FailsAsync(NbdErrorKind.ProtocolViolation, () => client.FlushAsync(Ct).AsTask());
    }

    [Theory]
    [MemberData(nameof(ExtentReplies))]
    public async Task A_broken_reply_to_block_status_kills_the_connection(string name)
    {
        await using var server = HostileServer.AfterHandshake(async wire => await ExtentScripts[name](wire, await wire.ReadRequestAsync()));
        await using var client = await NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);
        await Model.FailsAsync(NbdErrorKind.ProtocolViolation, () => client.ExtentsAsync(NbdContexts.BaseAllocation));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(700)]
    public async Task Pieces_in_any_order_make_up_a_read(int bufferBytes)
    {
        var data = Model.Random(4096, 1);
        await using var server = HostileServer.AfterHandshake(async wire =>
        {
            var request = await wire.ReadRequestAsync();
            await wire.ChunkAsync(request, false, OffsetData, request.Offset + 3072, data[3072..]);
            await wire.ChunkAsync(request, false, OffsetData, request.Offset, data[..1024]);
            await wire.ChunkAsync(request, false, OffsetHole, request.Offset + 1024, 1024u);
            await wire.ChunkAsync(request, false, OffsetData, request.Offset + 2048, data[2048..3072]);
            await wire.ChunkAsync(request, true, 0);
        });
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        var read = Enumerable.Repeat((byte)0xEE, 4096).ToArray();
        await client.ReadAsync(8192, Model.Split(read, bufferBytes), Ct);
        data.AsSpan(1024, 1024).Clear();
        Assert.Equal(data, read);
    }

    [Fact]
    public async Task An_error_beside_data_fails_the_read_with_the_cleaned_text_of_the_server()
    {
        await using var server = HostileServer.AfterHandshake(async wire =>
        {
            var request = await wire.ReadRequestAsync();
            await wire.ChunkAsync(request, false, OffsetData, request.Offset, new byte[512]);
            var text = Enumerable.Repeat((byte)'x', 60000).ToArray();
            text[1] = 27;
            await wire.ChunkAsync(request, false, 0x8002, 5u, (ushort)text.Length, text, request.Offset + 512);
            await wire.ChunkAsync(request, true, 0);
            await wire.ChunkAsync(await wire.ReadRequestAsync(), true, OffsetHole, 0ul, 512u);
        });
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        var error = await Model.FailsAsync(NbdErrorKind.ServerError, () => client.ReadAsync(0, new byte[4096], Ct).AsTask());
        Assert.Equal(5u, error.ServerErrno);
        Assert.Contains("x?xx", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 500);
        await client.ReadAsync(0, new byte[512], Ct);
    }

    [Fact]
    public async Task Short_block_status_replies_are_continued_merged_and_cut()
    {
        await using var server = HostileServer.AfterHandshake(async wire =>
        {
            for (var i = 0; i < 8; i++)
            {
                var request = await wire.ReadRequestAsync();
                var flags = i < 4 ? 0u : 3u;
                await wire.ChunkAsync(request, true, BlockStatus, HostileServer.ContextId, i == 7 ? uint.MaxValue : 131072u, flags);
            }
        });
        await using var client = await NbdClient.ConnectAsync(
            server.Endpoint, "disk", new NbdClientOptions { MetaContexts = [NbdContexts.BaseAllocation] }, Ct);
        Assert.Equal([new(0, 524288, 0), new(524288, 524288, 3)], await client.ExtentsAsync(NbdContexts.BaseAllocation));
    }

    [Fact]
    public async Task A_cancelled_read_ends_though_the_server_is_silent_and_its_memory_stays_untouched()
    {
        var cancelled = new TaskCompletionSource();
        var half = new TaskCompletionSource();
        await using var server = HostileServer.AfterHandshake(async wire =>
        {
            var request = await wire.ReadRequestAsync();
            // Half of the payload, then silence: the client waits in the middle of the caller's memory.
            await wire.SendAsync(0x668e33efu, (ushort)1, OffsetData, request.Cookie, 8u + (512 * 1024), request.Offset, Model.Random(256 * 1024, 2));
            half.SetResult();
            await cancelled.Task;
            await wire.SendAsync(Model.Random(256 * 1024, 3));
            await wire.ChunkAsync(await wire.ReadRequestAsync(), true, OffsetHole, 0ul, 512u);
        });
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        using var cancel = new CancellationTokenSource();
        var memory = new byte[512 * 1024];
        var read = client.ReadAsync(0, memory, cancel.Token).AsTask();
        await half.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        memory.AsSpan().Fill(0x5A);
        cancelled.SetResult();
        await client.ReadAsync(0, new byte[512], Ct);
        Assert.True(!memory.AsSpan().ContainsAnyExcept((byte)0x5A));
    }

    [Fact]
    public async Task A_handshake_that_hangs_times_out()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = new HostileServer(async wire =>
        {
            await wire.GreetAsync();
            await wire.ReadAsync(20);
            asked.SetResult();
        });
        var connecting = NbdClient.ConnectAsync(server.Endpoint, "disk", new NbdClientOptions { TimeProvider = time }, Ct);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(31));
        await Model.FailsAsync(NbdErrorKind.Timeout, () => connecting);
    }

    [Fact]
    public async Task A_handshake_can_be_cancelled()
    {
        var asked = new TaskCompletionSource();
        await using var server = new HostileServer(async wire =>
        {
            await wire.GreetAsync();
            await wire.ReadAsync(20);
            asked.SetResult();
        });
        using var cancel = new CancellationTokenSource();
        var connecting = NbdClient.ConnectAsync(server.Endpoint, "disk", ct: cancel.Token);
        await asked.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task A_reply_that_trickles_for_ever_times_out()
    {
        var time = new FakeTimeProvider();
        await using var server = HostileServer.AfterHandshake(async wire =>
        {
            var request = await wire.ReadRequestAsync();
            await wire.SendAsync(0x668e33efu, (ushort)1, OffsetData, request.Cookie, 8u + 65536, request.Offset);
            while (true)
            {
                await wire.SendAsync(new byte[1]);
                time.Advance(TimeSpan.FromSeconds(1));
            }
        });
        var options = new NbdClientOptions { TimeProvider = time, RequestTimeout = TimeSpan.FromMinutes(2) };
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", options, Ct);
        await Model.FailsAsync(NbdErrorKind.Timeout, () => client.ReadAsync(0, new byte[65536], Ct).AsTask());
    }

    [Fact]
    public async Task Disposing_fails_what_is_in_flight()
    {
        await using var server = HostileServer.AfterHandshake(_ => Task.CompletedTask);
        var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        var read = client.ReadAsync(0, new byte[512], Ct).AsTask();
        await client.DisposeAsync();
        await client.DisposeAsync();
        await Model.FailsAsync(NbdErrorKind.Disconnected, () => read);
        await Model.FailsAsync(NbdErrorKind.Disconnected, () => client.FlushAsync(Ct).AsTask());
    }

    [Fact]
    public async Task A_list_of_exports_that_does_not_end_is_refused()
    {
        await using var server = new HostileServer(async wire =>
        {
            await wire.GreetAsync();
            await wire.ReadAsync(4);
            var (option, _) = await wire.ReadOptionAsync();
            while (true)
                await wire.ReplyAsync(option, 2, 4u, new byte[4], new byte[4000]);
        });
        await Model.FailsAsync(NbdErrorKind.ProtocolViolation, () => NbdClient.ListExportsAsync(server.Endpoint, ct: Ct));
    }

    [Fact]
    public async Task A_range_outside_of_the_export_is_the_callers_mistake()
    {
        await using var server = HostileServer.AfterHandshake(_ => Task.CompletedTask);
        await using var client = await NbdClient.ConnectAsync(server.Endpoint, "disk", ct: Ct);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.ReadAsync(client.SizeBytes - 1, new byte[2], Ct).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.TrimAsync(-1, 1, Ct).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.TrimAsync(1, long.MaxValue, Ct).AsTask());
    }

    private static (NbdErrorKind Kind, Func<HostileServer.Wire, Task> Script) Option(Func<HostileServer.Wire, Task> answer) =>
        (NbdErrorKind.ProtocolViolation, async wire =>
        {
            await wire.GreetAsync();
            await wire.ReadAsync(4);
            await wire.ReadOptionAsync();
            await answer(wire);
        });

    private static (NbdErrorKind Kind, Func<HostileServer.Wire, Task> Script) Go(Func<HostileServer.Wire, Task> answer) =>
        (NbdErrorKind.ProtocolViolation, async wire =>
        {
            await wire.GreetAsync();
            await wire.ReadAsync(4);
            while (true)
            {
                var (option, _) = await wire.ReadOptionAsync();
                if (option == 7)
                    break;
                await wire.ReplyAsync(option, 1);
            }
            await answer(wire);
        });
}
