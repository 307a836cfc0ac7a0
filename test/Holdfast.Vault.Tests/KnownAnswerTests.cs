namespace Holdfast.Vault.Tests;

/// <summary>
/// The answers of docs/vault-format.md, section 13, computed by another implementation (Python's cryptography). A change here is a change of the format.
/// </summary>
public sealed class KnownAnswerTests
{
    private static readonly Dictionary<string, string> Answers = new()
    {
        ["K_chunk"] = "01a3baf1330030079f6be2ce0e98bfeceed501cc3f33a77ecc83229f5afd397b",
        ["K_page"] = "95c40f12a6cea393691d93c53e57ba88f392318d820af1035f8341180c089d3d",
        ["K_config"] = "edca7cca8b3a2f627cbc381e537384a7be97e0b0524a85cc80971221c203d822",
        ["K_data"] = "d1483eb3cff2c9ed696823b9b2156a663600c5901501acb9c437c06801d0b83c",
        ["data pack key"] = "a83081db114e64ff55738f7244ded998b54bea0985cfdd756d6d4779d9e7ab35",
        ["map pack key"] = "dc766a264a51c932963e12231306189b67e53e4c6822e4e487c0fee7152fae25",
        ["chunk id"] = "0400c18f2560cd6ca2b497bda9a6884871888e65b7859b197660796d025cfb6b",
        ["page id"] = "0c2eb2e30eeeec41c9f76dbea87070b05986acecdcf5b2fc9c5be770b6dcd263",
        ["data pack header tag"] = "e0d99a0215f2018b9c2352b543ada305",
        ["data record (ordinal 5)"] = "05000000100000001000000000000000169962b8a510cbc2eced03ccda78bc1dedb4b5d7602374aac4f46a509f7e414a",
        ["data footer and trailer"] = "4ba40529e54284124dc99999c5a389ea429239c870a015b720e3690de116303c00aeaef7f9310324595418b09e40aba4b614fb346be9ff71c9c4f79b010000002c00000048465041434b4e44",
        ["map pack header tag"] = "3e54fa1d3d978ef8551fec2dca7d222d",
        ["map record (ordinal 5)"] = "0500000010000000100000000000000069406dc7ce9c771cc3d855df3169abc2d0189872a6063c54cd544e1e87d30baa",
        ["map footer and trailer"] = "25ae830b88690259f4a6fcda21ebcd7955833daab81bf25752a3aea1a02968dacfd0229d73e61f164c68336a11a6e751b20f07a12f19161abf159c8d010000002c00000048465041434b4e44",
        ["sealed point"] = "48465345414c45440100010001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f0200000000000000c5cd798266f45976b540de721b15cf00f4bf",
        ["sealed tombstone"] = "48465345414c45440100020001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f020000000000000042ed85d41f125be3fafcd000f4ca83ada7d1",
        ["sealed index"] = "48465345414c45440100030001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000008425b9421b9d9dc3b94635cc8f0be34cb0cb",
        ["sealed session"] = "48465345414c45440100040001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000005a7bba97dd3382ff97e79af7fb62f8bcfd6c",
        ["sealed retention"] = "48465345414c45440100050001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000003c2623e751f3ab1f13550eaabdc3a7b18248",
        ["sealed damage"] = "48465345414c45440100060001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000005e18363bdd916b65de12f0b0844b6babf97b",
        ["sealed retired"] = "48465345414c45440100070001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000006556530d65ae1157effcf10a459ed3e84c8d",
        ["sealed note"] = "48465345414c45440100080001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000003c47dcf84877d1f8f7f23ccfeac6564be0e4",
        ["sealed gc"] = "48465345414c45440100090001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f02000000000000000b9e6690af15443b5f27f344b50307faa7a5",
        ["sealed scrub"] = "48465345414c454401000a0001000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f0200000000000000d0e86ff53f674719293ccb9714375244d024",
        ["slot passphrase"] = "808182838485868788898a8b8c8d8e8f01010100102700000068e5cf8b010000606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f000000007053371571988e783713a258fcaddc63494c89d50893ebaeeef7baa95d414fc69db213a4c6041d4cbd95ed4e7a487e7d08",
        ["slot recovery key"] = "808182838485868788898a8b8c8d8e8f02020100000000000068e5cf8b010000606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f0000000072a0058f8c6445238ceb332aeb4c3c55288f89b3521525e7e362c3971014dbfbbfa33263188e1a57bc9640d77994261252",
        ["slot key file"] = "808182838485868788898a8b8c8d8e8f03020100000000000068e5cf8b010000606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f000000006600f904956ccbbe156a0f04997a75443f3d409abb14c0316a8451d869c1db82946e7f6435cb84d76d15026074fefcafd0",
        ["recovery key"] = "M2GT-58X4-MPKA-FA59-NANT-SBDE-NYRB-3CNK-A0BY",
        ["K_data (epoch 2)"] = "69b9385a8266989bbe4f3ce4d7fa4d62a18445d24386149478e9ef3d12761a1a",
        ["data pack key (epoch 2)"] = "8b2e7411d4a179abd840f5ab32c584431958cd085fd44925cfaf720ee15d15e3",
        ["data pack header tag (epoch 2)"] = "865db1fb4b78f1b4a61bad953cf9eda2",
        ["map pack key (epoch 2)"] = "1a3feeac03c5839ce0b2ab6b7159f359357bf08a880f79abb77db025d213133b",
        ["map pack header tag (epoch 2)"] = "bcfcf051e4fdbfdbfb2161c8ee1d528f",
        ["sealed point (epoch 2)"] = "48465345414c45440100010002000000101112131415161718191a1b1c1d1e1f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f020000000000000070090ce5c22e43b27db7a583d14d9a5138af",
        ["older master key (epoch 1)"] = "c061be779eafe673f7aa819b63d63d67b1b7c63b56ec9b05097adf782639c8150c8f80fd1c33e718d3061504695c6ac4",
    };

    private static readonly VaultKeys Keys = new(Run(0x00, 32), new VaultId(IdText.Read(Run(0x10, 16))));
    private static readonly PackId Pack = new(Run(0x40, 32));
    private static readonly PointId Session = new(IdText.Read(Run(0x20, 16)));

    [Fact]
    public void Derived_keys()
    {
        Is("K_chunk", Keys.ChunkId);
        Is("K_page", Keys.PageId);
        Is("K_config", Keys.Config);
        var key = new byte[32];
        Keys.PackKey(PackKind.Data, 1, Pack, key);
        Is("data pack key", key);
        Keys.PackKey(PackKind.Map, 1, Pack, key);
        Is("map pack key", key);
    }

    [Fact]
    public void Keys_of_the_second_epoch()
    {
        var keys = new VaultKeys([Run(0x00, 32), Run(0x80, 32)], Keys.Vault);
        Assert.Equal(Keys.ChunkId, keys.ChunkId);
        Assert.Equal(Keys.PageId, keys.PageId);
        var key = new byte[32];
        foreach (var kind in Enum.GetValues<PackKind>())
        {
            var name = kind.ToString().ToLowerInvariant();
            keys.PackKey(kind, 2, Pack, key);
            Is($"{name} pack key (epoch 2)", key);
            var header = new byte[PackFormat.HeaderBytes];
            using var aes = PackFormat.CipherOf(keys, kind, 2, Pack);
            PackFormat.WriteHeader(aes, keys, kind, 2, Pack, Session, header);
            Is($"{name} pack header tag (epoch 2)", header.AsSpan(80));
        }

        var point = Names.Point(new SourceId(IdText.Read(Run(0x30, 16))), Session);
        var bytes = SealedObject.Seal(keys, SealLabel.Point, point, "{}"u8, Run(0x60, 32));
        Is("sealed point (epoch 2)", bytes);
        Assert.Equal("{}"u8.ToArray(), SealedObject.Open(keys, SealLabel.Point, point, bytes));
        Assert.Throws<VaultException>(() => SealedObject.Open(Keys, SealLabel.Point, point, bytes));
        Is("older master key (epoch 1)", KeySet.Of(keys, []).Older[0]);
    }

    [Fact]
    public void Chunk_and_page_ids()
    {
        var plain = Enumerable.Repeat("holdfast "u8.ToArray(), 7282).SelectMany(b => b).Take(65536).ToArray();
        Assert.Equal(Answers["chunk id"], SessionStore.IdOf(Keys.ChunkId, plain).ToString());
        Assert.Equal(Answers["page id"], SessionStore.IdOf(Keys.PageId, plain.AsSpan(0, 16384)).ToString());
    }

    [Theory]
    [InlineData("data")]
    [InlineData("map")]
    public void Packs(string name)
    {
        var kind = name == "data" ? PackKind.Data : PackKind.Map;
        using var aes = PackFormat.CipherOf(Keys, kind, 1, Pack);
        var header = new byte[PackFormat.HeaderBytes];
        PackFormat.WriteHeader(aes, Keys, kind, 1, Pack, Session, header);
        Is(name + " pack header tag", header.AsSpan(80));
        var plain = "sixteen bytes..."u8.ToArray();
        var id = SessionStore.IdOf(kind == PackKind.Data ? Keys.ChunkId : Keys.PageId, plain);
        var record = new byte[plain.Length + PackFormat.RecordOverheadBytes];
        PackFormat.WriteRecord(aes, Keys, kind, Pack, 5, id, plain.Length, PackFormat.Raw, plain, record);
        Is(name + " record (ordinal 5)", record);
        var entry = new byte[PackFormat.FooterEntryBytes];
        PackFormat.WriteFooterEntry(entry, id, 96, 48, 16);
        var footer = new byte[entry.Length + PackFormat.TagBytes + PackFormat.TrailerBytes];
        PackFormat.WriteFooter(aes, Keys, kind, Pack, 1, 144, entry, footer);
        Is(name + " footer and trailer", footer);
    }

    [Fact]
    public void Sealed_objects_of_every_label()
    {
        var name = Names.Point(new SourceId(IdText.Read(Run(0x30, 16))), Session);
        foreach (var label in Enum.GetValues<SealLabel>())
        {
            var bytes = SealedObject.Seal(Keys, label, name, "{}"u8, Run(0x60, 32));
            Is("sealed " + label.ToString().ToLowerInvariant(), bytes);
            Assert.Equal("{}"u8.ToArray(), SealedObject.Open(Keys, label, name, bytes));
            foreach (var other in Enum.GetValues<SealLabel>().Where(o => o != label))
            {
                Assert.Throws<VaultException>(() => SealedObject.Open(Keys, other, name, bytes));
            }

            Assert.Throws<VaultException>(() => SealedObject.Open(Keys, label, Names.SumsOf(Session), bytes));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_sealed_object_is_noticed()
    {
        var name = Names.SumsOf(Session);
        var bytes = SealedObject.Seal(Keys, SealLabel.Damage, name, "some text"u8);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<VaultException>(() => SealedObject.Open(Keys, SealLabel.Damage, name, bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Key_slots_and_the_recovery_key()
    {
        Slot("slot passphrase", VaultCredential.FromPassphrase("correct horse"), "p", 10_000);
        Slot("slot key file", VaultCredential.FromKeyFile(Run(0xc0, 32)), "f", 0);
        Assert.Equal(Answers["recovery key"], RecoveryKey.FromSecret(Run(0xa0, 20)).ToString());
        Slot("slot recovery key", VaultCredential.FromRecoveryKey(Answers["recovery key"]), "r", 0);
    }

    private static void Slot(string answer, VaultCredential credential, string label, int iterations)
    {
        var slot = WrappedKey.Make(
            Keys.Vault, credential, Keys.Master, label, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), iterations, Run(0x60, 32),
            IdText.Read(Run(0x80, 16)));
        var bytes = new byte[slot.SizeBytes];
        slot.Write(bytes);
        Is(answer, bytes);
        Assert.Equal(Keys.Master, WrappedKey.TryRead(bytes)!.TryUnwrap(Keys.Vault, credential.Secret));
    }

    private static void Is(string name, ReadOnlySpan<byte> bytes) => Assert.Equal(Answers[name], Convert.ToHexStringLower(bytes));

    private static byte[] Run(int first, int count) => [.. Enumerable.Range(first, count).Select(i => (byte)i)];
}
