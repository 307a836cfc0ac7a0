using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Holdfast.Vault.Tests;

/// <summary>
/// Everything that reads what a store returns meets mutated objects: bits flipped, numbers made extreme, pieces cut out, doubled and inserted. It may say no, or throw
/// the exception of this room; nothing else, and it takes no memory that the input doesn't account for. <c>HOLDFAST_FUZZ_ITERATIONS</c> makes the run longer. An input that does
/// harm is kept in test/fuzz/PARSER, to be committed: every run begins with what is there. <c>HOLDFAST_WRITE_FUZZ=1</c> puts valid examples where a parser has none.
/// </summary>
public sealed class ParserFuzzTests
{
    private static readonly VaultKeys Keys = new([Run(1, 32), Run(2, 32)], new VaultId(IdText.Read(Run(3, 16))));
    private static readonly SourceId Source = new(IdText.Read(Run(4, 16)));
    private static readonly PointId Session = new(IdText.Read(Run(5, 16)));
    private static readonly PackId Pack = new(Run(6, 32));
    private static readonly int Iterations = int.Parse(
        Environment.GetEnvironmentVariable("HOLDFAST_FUZZ_ITERATIONS") ?? "4000", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly Gen<Func<byte[], byte[]>> Mutation = Gen.Select(Gen.Int[0, 7], Gen.Double.Unit, Gen.UInt, Gen.Int[1, 40]).Select(
        (kind, where, number, length) => (Func<byte[], byte[]>)(bytes => Mutate(bytes, kind, where, number, length)));

    /// <summary>What is parsed, by name, with valid examples.</summary>
    public static TheoryData<string> Parsers => [.. Targets.Keys];

    private static readonly Dictionary<string, (byte[][] Seeds, Action<byte[]> Parse)> Targets = new()
    {
        ["config"] = ([VaultConfig.New(Keys.Vault, DateTimeOffset.UnixEpoch).With(new VaultImmutability(ImmutabilityState.Locked, 30)).WithKeyEpochs().ToBytes(Keys)],
            b => VaultConfig.TryParse(Rehashed(b))?.Require(VaultOperation.Write)),
        ["key slots"] = ([KeySet.Of(Keys, [Slot("p"), Slot("")]).ToBytes(), new KeySet(Keys.Vault, [Slot("x")], []).ToBytes()],
            b => KeySet.TryParse(Signed(b))?.Unlock(VaultCredential.FromKeyFile(Run(9, 32)))),
        ["sealed object"] = ([SealedObject.Seal(Keys, SealLabel.Point, Names.Point(Source, Session), "{}"u8)],
            b => SealedObject.Open(Keys, SealLabel.Point, Names.Point(Source, Session), b)),
        ["index segment"] = ([Segment().ToBytes()], b => IndexSegment.TryParse(b, Session)),
        ["point"] = ([PointFormat.Write(APoint())], b => PointFormat.Read(b, Keys.Vault, Source, Session, RetentionMark.None)),
        ["pack footer"] = ([Footer()], b => _ = PackFooter.Parse(b[..(b.Length / 44 * 44)], 100_000).Count()),
        ["pack trailer"] = ([Footer()], b => PackFormat.TryReadTrailer(Padded(b, 16), b.Length * 1000L, out _)),
        ["record"] = ([ARecord()], OpenRecord),
        ["condemned"] = ([GcFormat.WriteCondemned(new CondemnedList(Guid.Empty, DateTimeOffset.UnixEpoch, new Dictionary<PackId, PointId> { [Pack] = Session }, new HashSet<PointId> { Session }))],
            b => GcFormat.ReadCondemned(b, Guid.Empty)),
        ["waits"] = ([GcFormat.WriteWaits(new Dictionary<PointId, SourceId> { [Session] = Source })], b => GcFormat.ReadWaits(b)),
        ["plan"] = ([GcFormat.WritePlan(new Dictionary<PackId, PointId> { [Pack] = Session })], b => GcFormat.ReadPlan(b)),
        ["verdict"] = ([GcFormat.WriteVerdict(Guid.Empty), GcFormat.WriteVerdict(null)], b => GcFormat.ReadVerdict(b)),
        ["scrub"] = ([ScrubLog.Write(DateTimeOffset.UnixEpoch, [Pack])], b => ScrubLog.TryRead(b)),
        ["object name"] = ([Encoding.ASCII.GetBytes(Names.Pack(Session, Pack).Value), Encoding.ASCII.GetBytes(Names.SumsOf(Session, 3).Value)], ParseName),
        ["recovery key"] = ([Encoding.ASCII.GetBytes(RecoveryKey.FromSecret(Run(7, 20)).ToString())], b => RecoveryKey.TryParse(Encoding.UTF8.GetString(b), out _)),
        ["zstd frame"] = ([Frame()], b =>
        {
            using var zstd = new Zstd();
            zstd.TryDecompress(b, new byte[65536]);
        }),
    };

    [Theory]
    [MemberData(nameof(Parsers))]
    public void A_parser_says_no_to_nonsense_and_does_nothing_worse(string parser)
    {
        var (seeds, parse) = Targets[parser];
        var kept = CorpusOf(parser);
        if (Environment.GetEnvironmentVariable("HOLDFAST_WRITE_FUZZ") == "1" && !kept.Exists)
        {
            Array.ForEach(seeds, s => Keep(parser, s));
        }

        // Valid ones of former builds, and inputs that once did harm: they are mutated like this build's own.
        byte[][] examples = [.. seeds, .. kept.GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => File.ReadAllBytes(f.FullName))];
        Assert.True(examples.Length > seeds.Length, $"{kept.FullName} holds examples");
        Array.ForEach(examples, e => Guarded(parser, parse, e));
        Gen.Select(Gen.Int[0, examples.Length - 1], Mutation.Array[1, 5]).Sample(
            (example, mutations) => Guarded(parser, parse, mutations.Aggregate(examples[example], (bytes, mutate) => mutate(bytes))), iter: Iterations, threads: 1);
    }

    [Fact]
    public void No_mutation_of_a_sealed_object_opens()
    {
        var name = Names.Point(Source, Session);
        var original = SealedObject.Seal(Keys, SealLabel.Point, name, "{\"some\":\"text\"}"u8);
        Mutation.Array[1, 3].Sample(
            mutations =>
            {
                var changed = mutations.Aggregate(original, (bytes, mutate) => mutate(bytes));
                if (!changed.AsSpan().SequenceEqual(original))
                {
                    Assert.Throws<VaultException>(() => SealedObject.Open(Keys, SealLabel.Point, name, changed));
                }
            },
            iter: Iterations, threads: 1);
    }

    [Fact]
    public void No_mutation_of_a_record_gives_other_data()
    {
        var (original, plain) = (ARecord(), "sixteen bytes..."u8.ToArray());
        Mutation.Array[1, 3].Sample(
            mutations =>
            {
                var changed = mutations.Aggregate(original, (bytes, mutate) => mutate(bytes));
                var target = new byte[plain.Length];
                if (TryOpenRecord(changed, target))
                {
                    Assert.Equal(original, changed);
                    Assert.Equal(plain, target);
                }
            },
            iter: Iterations, threads: 1);
    }

    private static void Guarded(string parser, Action<byte[]> parse, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            parse(input);
        }
        catch (VaultException)
        {
            // That is how this room says no.
        }
        catch
        {
            Keep(parser, input);
            throw;
        }

        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        if (taken >= 1_000_000 + (input.Length * 100L))
        {
            Keep(parser, input);
            Assert.Fail($"{taken} bytes were taken for an input of {input.Length}");
        }
    }

    private static byte[] Mutate(byte[] bytes, int kind, double where, uint number, int length)
    {
        if (bytes.Length == 0)
        {
            return [(byte)number];
        }

        var at = (int)(where * (bytes.Length - 1));
        var count = Math.Min(length, bytes.Length - at);
        var changed = (byte[])bytes.Clone();
        switch (kind)
        {
            case 0:
                changed[at] ^= (byte)(1 << (int)(number % 8));
                return changed;
            case 1:
                changed[at] = (byte)number;
                return changed;
            case 2:
                var extreme = ((uint[])[0, 1, uint.MaxValue, int.MaxValue, 0x8000_0000, 0x10_0000, 0x40_0000, number])[number % 8];
                BitConverter.GetBytes(extreme).AsSpan(0, Math.Min(4, bytes.Length - at)).CopyTo(changed.AsSpan(at));
                return changed;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. bytes[(at + count)..]];
            case 5:
                return [.. bytes[..(at + count)], .. bytes[at..]];
            case 6:
                return [.. bytes[..at], .. Run((int)number, count), .. bytes[at..]];
            default:
                // JSON and names: digits, quotes and brackets do more than noise.
                changed[at] = (byte)"0123456789-\"{}[]:,\\/.aeEtfnu+ "[(int)(number % 30)];
                return changed;
        }
    }

    /// <summary>With the hashes that tell a damaged copy: so that what stands behind them is reached.</summary>
    private static byte[] Rehashed(byte[] bytes)
    {
        var text = bytes.AsSpan(0, Math.Max(0, bytes.AsSpan().IndexOf((byte)'\n'))).ToArray();
        return [.. text, (byte)'\n', .. Encoding.ASCII.GetBytes(new string('0', 64)), (byte)'\n', .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text))), (byte)'\n'];
    }

    private static byte[] Signed(byte[] bytes) => bytes.Length < 32 ? bytes : [.. bytes[..^32], .. SHA256.HashData(bytes.AsSpan(..^32))];

    private static byte[] Padded(byte[] bytes, int length) => [.. bytes.Take(length), .. new byte[Math.Max(0, length - bytes.Length)]];

    private static WrappedKey Slot(string label) => WrappedKey.Make(Keys.Vault, VaultCredential.FromKeyFile(Run(9, 32)), Keys.Master, label, DateTimeOffset.UnixEpoch, 0);

    private static IndexSegment Segment() => new(
        [new PackInfo(Pack, Session, PackKind.Data) { SizeBytes = 5000 }, new PackInfo(new PackId(Run(8, 32)), Session, PackKind.Map) { SizeBytes = 700, Epoch = 2 }],
        [new IndexEntry(1, 0, 96, 500), new IndexEntry(2, 1, 96, 500), new IndexEntry(3, 0, 596, 500)]);

    private static Point APoint() => new(
        Keys.Vault, Source, Session, DateTimeOffset.UnixEpoch, [new PointDisk("vda", 1 << 20, 65536, "id", new ChunkId(Run(2, 32)))],
        [new PointAttachment("a", 5) { Chunks = [new ChunkId(Run(3, 32))] }], "{}"u8.ToArray(), new PointStatistics(1, 2, 3, 4, 5), RetentionMark.None)
    {
        Origin = new PointOrigin(Keys.Vault, Session), LockedUntilUtc = DateTimeOffset.UnixEpoch,
    };

    private static byte[] Footer()
    {
        var footer = new byte[44 * 3];
        for (var i = 0; i < 3; i++)
        {
            PackFormat.WriteFooterEntry(footer.AsSpan(i * 44), new ChunkId(Run(i, 32)), (uint)(96 + (i * 48)), 48, 16);
        }

        return footer;
    }

    private static byte[] ARecord()
    {
        using var aes = PackFormat.CipherOf(Keys, PackKind.Data, 2, Pack);
        var record = new byte[16 + PackFormat.RecordOverheadBytes];
        PackFormat.WriteRecord(aes, Keys, PackKind.Data, Pack, 5, new ChunkId(Run(1, 32)), 16, PackFormat.Raw, "sixteen bytes..."u8, record);
        return record;
    }

    private static byte[] Frame()
    {
        using var zstd = new Zstd();
        var frame = new byte[1000];
        return frame[..zstd.Compress(new byte[65536], frame)];
    }

    private static void OpenRecord(byte[] record) => TryOpenRecord(record, new byte[16]);

    private static bool TryOpenRecord(byte[] record, byte[] target)
    {
        using var aes = PackFormat.CipherOf(Keys, PackKind.Data, 2, Pack);
        using var zstd = new Zstd();
        return PackFormat.TryOpenRecord(aes, zstd, Keys, PackKind.Data, Pack, new ChunkId(Run(1, 32)), record, new byte[record.Length], target, out _);
    }

    private static void ParseName(byte[] bytes)
    {
        if (!ObjectName.TryParse(Encoding.Latin1.GetString(bytes), out var name))
        {
            return;
        }

        _ = Names.TryParseOwned(name, Names.Packs, out _, out _);
        _ = Names.TryParsePoint(name, Names.Points, out _, out _);
        if (name.Value.StartsWith(Names.Sums, StringComparison.Ordinal))
        {
            _ = Names.TryParseSums(name, out _, out _);
        }
    }

    private static DirectoryInfo CorpusOf(string parser) => new(Path.Combine(GoldenVaultTests.Repository(), "test/fuzz", parser.Replace(' ', '-')));

    private static void Keep(string parser, byte[] input)
    {
        var folder = CorpusOf(parser);
        folder.Create();
        File.WriteAllBytes(Path.Combine(folder.FullName, Convert.ToHexStringLower(SHA256.HashData(input))[..16]), input);
    }

    private static byte[] Run(int first, int count) => [.. Enumerable.Range(first, count).Select(i => (byte)i)];
}
