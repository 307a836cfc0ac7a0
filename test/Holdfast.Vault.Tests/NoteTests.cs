using System.Text;

namespace Holdfast.Vault.Tests;

public sealed class NoteTests
{
    private static CancellationToken Ct => TestVault.Ct;

    [Fact]
    public async Task A_note_is_read_as_it_was_last_written_also_by_whoever_opens_the_vault_later()
    {
        await using var test = await TestVault.CreateAsync();
        await using (var vault = await test.OpenAsync())
        {
            Assert.Null(await vault.ReadNoteAsync("vault", Ct));
            foreach (var text in (string[])["one", "two", "three"])
                await vault.WriteNoteAsync("vault", Encoding.UTF8.GetBytes(text), Ct);
            await vault.WriteNoteAsync("item-1", new byte[BackupVault.NoteBytesMax], Ct);
        }

        await using var later = await test.OpenAsync();
        Assert.Equal(["item-1", "vault"], await later.ListNotesAsync(Ct));
        Assert.Equal("three", Encoding.UTF8.GetString((await later.ReadNoteAsync("vault", Ct))!));
        await later.DeleteNoteAsync("vault", Ct);
        Assert.Null(await later.ReadNoteAsync("vault", Ct));
        Assert.Equal(["item-1"], await later.ListNotesAsync(Ct));
    }

    [Fact]
    public async Task A_damaged_note_gives_the_one_before_and_with_none_left_says_so()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await vault.WriteNoteAsync("vault", "one"u8.ToArray(), Ct);
        await vault.WriteNoteAsync("vault", "two"u8.ToArray(), Ct);
        var files = Directory.GetFiles(Path.Combine(test.StorePath, "notes", "vault")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, files.Count);
        await BreakAsync(files[1]);
        Assert.Equal("one", Encoding.UTF8.GetString((await vault.ReadNoteAsync("vault", Ct))!));
        await BreakAsync(files[0]);
        Assert.Equal(VaultErrorKind.Damaged, (await Assert.ThrowsAsync<VaultException>(() => vault.ReadNoteAsync("vault", Ct))).Kind);
        await vault.WriteNoteAsync("vault", "three"u8.ToArray(), Ct);
        Assert.Equal("three", Encoding.UTF8.GetString((await vault.ReadNoteAsync("vault", Ct))!));
    }

    [Fact]
    public async Task A_note_can_not_stand_in_for_another_or_for_a_later_state()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await vault.WriteNoteAsync("item-1", "one"u8.ToArray(), Ct);
        var folder = Path.Combine(test.StorePath, "notes");
        Directory.CreateDirectory(Path.Combine(folder, "item-2"));
        File.Copy(Path.Combine(folder, "item-1", "00000001"), Path.Combine(folder, "item-2", "00000001"));
        File.Copy(Path.Combine(folder, "item-1", "00000001"), Path.Combine(folder, "item-1", "00000009"));
        Assert.Equal(VaultErrorKind.Damaged, (await Assert.ThrowsAsync<VaultException>(() => vault.ReadNoteAsync("item-2", Ct))).Kind);
        Assert.Equal("one", Encoding.UTF8.GetString((await vault.ReadNoteAsync("item-1", Ct))!));
    }

    [Fact]
    public async Task Of_writers_at_the_same_time_every_one_gets_through_and_one_is_last()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using var other = await test.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? vault : other).WriteNoteAsync("vault", new[] { (byte)i }, Ct)));
        Assert.InRange(Assert.Single((await vault.ReadNoteAsync("vault", Ct))!), 0, 7);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../config")]
    [InlineData("Vault")]
    [InlineData("a/b")]
    public async Task Names_that_could_lead_elsewhere_are_refused(string name)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => vault.WriteNoteAsync(name, "x"u8.ToArray(), Ct));
    }

    private static async Task BreakAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file, Ct);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Ct);
    }
}
