using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Holdfast.Nbd.Protocol;

namespace Holdfast.Nbd.Transmission;

/// <summary>The transmission phase: sends requests, runs the reply loop, and gives the connection up when it stalls.</summary>
internal sealed class NbdConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly NbdClientOptions _options;
    private readonly TimeProvider _time;
    private readonly RequestTable _table;
    private readonly ReplyLoop _replies;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ITimer _watchdog;
    private readonly Task _running;
    private NbdException? _fault;
    private long _lastProgress;
    private int _disposed;

    public NbdConnection(Stream stream, NegotiatedExport export, NbdClientOptions options)
    {
        _stream = stream;
        _options = options;
        _time = options.TimeProvider;
        _table = new RequestTable(options.MaxInFlight, () => _replies!.InterruptDirectReceive());
        _lastProgress = _time.GetTimestamp();
        // A cancelled receive loses nothing on a socket, but breaks a TLS stream: there, data goes through the loop's own buffer.
        _replies = new ReplyLoop(stream, stream is NetworkStream, export, _table, NoteProgress, _lifetime.Token);
        var tick = TimeSpan.FromTicks(Math.Clamp(
            Math.Min(options.StallTimeout.Ticks, options.RequestTimeout.Ticks) / 8, TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerSecond));
        _watchdog = _time.CreateTimer(static state => ((NbdConnection)state!).Watch(), this, tick, tick);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <remarks>A request whose bytes are being sent is first sent to its end: half a request would destroy the stream.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ExchangeAsync(
        NbdCommand command, NbdCommandFlags flags, long offset, uint length,
        ReadTarget target, ReadOnlyMemory<byte> payload, ExtentCollector? extents, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!_table.TryRent(out var rented))
            rented = await _table.RentAsync(ct);
        var request = rented!;
        request.Prepare(command, flags, offset, length, target, extents);
        try
        {
            await SendAsync(request, payload, ct);
        }
        catch
        {
            _table.Return(request); // Never got on the wire.
            throw;
        }

        try
        {
            using (ct.CanBeCanceled ? ct.UnsafeRegister(static (state, token) => ((NbdRequest)state!).Cancel(token), request) : default)
                await request.Completion;
        }
        finally
        {
            if (request.CallerLeaves())
                _table.Return(request);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _running;
            return;
        }
        await _watchdog.DisposeAsync();
        var goodbye = SayGoodbyeAsync();
        Fail(new NbdException(NbdErrorKind.Disconnected, "The connection to the NBD server was closed."));
        await goodbye;
        await _running;
        _lifetime.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(NbdRequest request, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            _table.PutOnWire(request, _time.GetTimestamp());
            try
            {
                await _stream.WriteAsync(request.Header, _lifetime.Token);
                if (payload.Length > 0)
                    await _stream.WriteAsync(payload, _lifetime.Token);
            }
            catch (Exception e)
            {
                // The reply loop ends every request on the wire, this one too.
                Fail(Lost(e));
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await _replies.RunAsync();
            Fail(new NbdException(NbdErrorKind.Disconnected, "The NBD server closed the connection."));
        }
        catch (NbdException e)
        {
            Fail(e);
        }
        catch (Exception e)
        {
            Fail(Lost(e));
        }
        try
        {
            await _stream.DisposeAsync();
        }
        finally
        {
            _table.Close(_fault!);
        }
    }

    private void Watch()
    {
        if (_table.OldestStart() is not { } oldest)
            return;
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(oldest, now) > _options.RequestTimeout)
            Fail(new NbdException(NbdErrorKind.Timeout, $"The NBD server did not finish a request within {_options.RequestTimeout}."));
        else if (_time.GetElapsedTime(Math.Max(oldest, Volatile.Read(ref _lastProgress)), now) > _options.StallTimeout)
            Fail(new NbdException(NbdErrorKind.Timeout, $"The NBD server sent nothing for {_options.StallTimeout}."));
    }

    // The first reason is the one that counts; the rest are its consequences.
    private void Fail(NbdException reason)
    {
        if (Interlocked.CompareExchange(ref _fault, reason, null) is null)
            _lifetime.Cancel();
    }

    private static NbdException Lost(Exception e) =>
        new(NbdErrorKind.Disconnected, $"The connection to the NBD server was lost: {e.Message}", e);

    private void NoteProgress() => Volatile.Write(ref _lastProgress, _time.GetTimestamp());

    private async Task SayGoodbyeAsync()
    {
        // A courtesy: the server ends the session at the socket's end as well.
        if (!_sending.Wait(0))
            return;
        try
        {
            var request = new NbdRequest(0, static () => { });
            request.Prepare(NbdCommand.Disconnect, NbdCommandFlags.None, 0, 0, default, null);
            await _stream.WriteAsync(request.Header, _lifetime.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection had ended already.
        }
        finally
        {
            _sending.Release();
        }
    }
}
