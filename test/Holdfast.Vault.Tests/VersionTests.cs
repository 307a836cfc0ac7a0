namespace Holdfast.Vault.Tests;

public sealed class VersionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Read")]
    [InlineData("Write")]
    [InlineData("Gc")]
    [InlineData("Check")]
    public async Task An_unknown_feature_is_refused_politely_by_the_operation_that_needs_it_and_by_no_other(string needed)
    {
        var operation = Enum.Parse<VaultOperation>(needed);
        await using var test = await TestVault.CreateAsync();
        PointId point;
        await using (var vault = await test.OpenAsync())
        {
            point = (await test.BackUpAsync(vault, TestVault.SomeDisk(1, 100_000))).PointId;
            await new ConfigStore(test.Local, vault.Keys).ChangeAsync(c => c with { Features = c.Features.With("time-travel", true, operation) }, _ => Task.CompletedTask, Ct);
        }

        if (operation == VaultOperation.Read)
        {
            Refused(await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync()));
            return;
        }

        await using var opened = await test.OpenAsync();
        var listed = await opened.ListPointsAsync(null, Ct);
        Assert.Equal(point, Assert.Single(listed).PointId);
        foreach (var (by, use) in ((VaultOperation, Func<Task>)[])
        [
            (VaultOperation.Write, async () => await (await opened.OpenSessionAsync(test.Source, Ct)).DisposeAsync()),
            (VaultOperation.Write, () => opened.SetRetentionAsync(test.Source, point, RetentionMark.None, Ct)),
            (VaultOperation.Write, () => opened.AddPassphraseAsync("another one", "", Ct)),
            (VaultOperation.Write, () => opened.WriteNoteAsync("note", new byte[1], Ct)),
            (VaultOperation.Gc, () => opened.CollectGarbageAsync(new GcOptions { DryRun = true }, null, Ct)),
            (VaultOperation.Check, () => opened.VerifyAsync(listed, null, Ct)),
            (VaultOperation.Check, () => opened.ScrubAsync(new ScrubOptions(), null, Ct)),
            (VaultOperation.Write, () => opened.DeletePointAsync(test.Source, point, Ct)),
        ])
        {
            if (by == operation)
            {
                Refused(await Assert.ThrowsAsync<VaultException>(use));
            }
            else
            {
                await use();
            }
        }
    }

    [Fact]
    public async Task A_vault_that_begins_to_need_a_feature_while_it_is_open_is_refused_too()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await new ConfigStore(test.Local, vault.Keys).ChangeAsync(c => c with { Features = c.Features.With("time-travel", true, VaultOperation.Write) }, _ => Task.CompletedTask, Ct);
        Refused(await Assert.ThrowsAsync<VaultException>(() => vault.OpenSessionAsync(test.Source, Ct)));
        Assert.Empty(await vault.ListSessionsAsync(Ct));
    }

    [Fact]
    public async Task A_newer_version_of_the_whole_format_is_refused_politely()
    {
        await using var test = await TestVault.CreateAsync();
        foreach (var file in Directory.GetFiles(Path.Combine(test.StorePath, "config")))
        {
            var line = (await File.ReadAllTextAsync(file, Ct)).Split('\n')[0].Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal);
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(line)));
            await File.WriteAllTextAsync(file, $"{line}\n{new string('0', 64)}\n{hash}\n", Ct);
        }

        var refused = await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync());
        Assert.Equal(VaultErrorKind.Unsupported, refused.Kind);
        Assert.Contains("newer", refused.Message, StringComparison.Ordinal);
    }

    private static void Refused(VaultException e)
    {
        Assert.Equal(VaultErrorKind.Unsupported, e.Kind);
        Assert.Contains("time-travel", e.Message, StringComparison.Ordinal);
    }
}
