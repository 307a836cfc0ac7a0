using CsCheck;
using Holdfast.Nbd.Transmission;

namespace Holdfast.Nbd.Tests;

public sealed class TransmissionPropertyTests
{
    [Fact]
    public void Coverage_agrees_with_a_map_of_bytes() =>
        Gen.Select(Gen.Int[0, 63], Gen.Int[1, 16]).Array[1, 40].Sample(pieces =>
        {
            var coverage = new ReadCoverage();
            var map = new bool[80];
            foreach (var (start, length) in pieces)
            {
                var free = !map.AsSpan(start, length).Contains(true);
                Assert.Equal(free, coverage.TryAdd(start, length));
                if (free)
                    map.AsSpan(start, length).Fill(true);
                Assert.Equal(map.Count(covered => covered), coverage.CoveredBytes);
            }
        });

    [Fact]
    public void Too_many_pieces_are_refused()
    {
        var coverage = new ReadCoverage();
        for (var i = 0; i < ReadCoverage.PiecesMax; i++)
            Assert.True(coverage.TryAdd(i * 2, 1));
        Assert.False(coverage.TryAdd(ReadCoverage.PiecesMax * 2, 1));
    }

    [Fact]
    public void Collected_extents_describe_the_same_bytes_as_the_reply() =>
        Gen.Select(Gen.UInt[1, 20], Gen.UInt[0, 2]).Array[1, 30].Sample(reply =>
        {
            const uint asked = 100;
            var collector = new ExtentCollector();
            collector.Start(1, asked);
            var expected = new List<uint>();
            foreach (var (length, flags) in reply)
            {
                var begins = expected.Count < asked;
                Assert.Equal(begins, collector.TryAdd(length, flags));
                if (!begins)
                    break;
                for (var i = 0; i < length && expected.Count < asked; i++)
                    expected.Add(flags);
            }
            var actual = Enumerable.Range(0, collector.Count)
                .SelectMany(i => Enumerable.Repeat(collector[i].Flags, (int)collector[i].Length)).ToList();
            Assert.Equal(expected, actual);
            for (var i = 1; i < collector.Count; i++)
                Assert.NotEqual(collector[i - 1].Flags, collector[i].Flags);
        });

    [Fact]
    public void What_does_not_fit_into_the_collector_is_asked_for_again()
    {
        var collector = new ExtentCollector();
        collector.Start(1, uint.MaxValue);
        for (var i = 0u; i < ExtentCollector.ExtentsMax + 10; i++)
            Assert.True(collector.TryAdd(512, i % 2));
        Assert.Equal(ExtentCollector.ExtentsMax, collector.Count);
        Assert.Equal(ExtentCollector.ExtentsMax * 512u, collector.DescribedBytes);
    }
}
