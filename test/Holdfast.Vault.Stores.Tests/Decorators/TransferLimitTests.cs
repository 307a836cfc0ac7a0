using System.Diagnostics.Metrics;

namespace Holdfast.Vault.Stores.Tests.Decorators;

/// <summary>Rates are kept, over all calls together; and figures are counted.</summary>
public sealed class TransferLimitTests
{
    private const int MiB = 1 << 20;
    private readonly List<TimeSpan> _waits = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_pass_at_the_rate_and_no_more_than_a_quarter_of_a_second_at_once()
    {
        var time = new WaitRecorder(_waits);
        var bucket = new TokenBucket(4 * MiB, time);
        for (var i = 0; i < 40; i++)
        {
            await bucket.TakeAsync(MiB, Ct);
        }

        // 40 MiB at 4 MiB/s, of which the first was there.
        Assert.Equal(9.75, _waits.Sum(w => w.TotalSeconds), 3);
    }

    [Fact]
    public async Task What_is_written_to_and_read_from_a_folder_is_limited()
    {
        var time = new WaitRecorder(_waits);
        var store = new ThrottledStore(new LyingStore(LyingStore.Lie.None), TransferLimits.Of(MiB, 2 * MiB, time));
        var name = ObjectName.Of("a/b");
        await store.CreateAsync(name, new byte[4 * MiB], Ct);
        Assert.Equal(3.75, _waits.Sum(w => w.TotalSeconds), 3);
        _waits.Clear();
        await store.ReadAsync(name, 0, new byte[4 * MiB], Ct);
        Assert.Equal(1.75, _waits.Sum(w => w.TotalSeconds), 3);
    }

    [Fact]
    public async Task The_body_of_a_request_is_paced_as_it_leaves()
    {
        var time = new WaitRecorder(_waits);
        await using var body = new ContentStream([new byte[MiB], new byte[MiB]], new TokenBucket(MiB, time));
        using var sent = new MemoryStream();
        await body.CopyToAsync(sent, Ct);
        Assert.Equal(2 * MiB, sent.Length);
        Assert.Equal(1.75, _waits.Sum(w => w.TotalSeconds), 3);
        Assert.True(_waits.Count >= 16, "It is paced in small steps.");
    }

    [Fact]
    public async Task Calls_bytes_and_errors_are_counted_by_operation()
    {
        var kind = Guid.NewGuid().ToString();
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == StoreInstruments.Name)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, 1, tags));
        listener.Start();
        var inner = new ScriptedStore();
        var store = new MeteredStore(inner, kind, TimeProvider.System);
        var name = ObjectName.Of("a/b");

        await store.CreateAsync(name, new byte[100], Ct);
        await store.ReadAsync(name, 10, new byte[50], Ct);
        inner.Next.Enqueue(new(new VaultException(VaultErrorKind.NoSpace, "full")));
        await Assert.ThrowsAsync<VaultException>(async () => await store.CreateAsync(ObjectName.Of("a/c"), new byte[7], Ct));

        Assert.Equal(1, seen["holdfast.store.calls create ok"]);
        Assert.Equal(1, seen["holdfast.store.calls create NoSpace"]);
        Assert.Equal(1, seen["holdfast.store.calls read ok"]);
        Assert.Equal(100, seen["holdfast.store.bytes write"]);
        Assert.Equal(50, seen["holdfast.store.bytes read"]);
        Assert.Equal(2, seen["holdfast.store.duration create"]);

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = tags.ToArray();
            if (labels.Any(t => t.Key == "store" && (string?)t.Value == kind))
            {
                var key = string.Join(' ', labels.Where(t => t.Key != "store").Select(t => t.Value).Prepend(instrument.Name));
                seen[key] = seen.GetValueOrDefault(key) + value;
            }
        }
    }
}
