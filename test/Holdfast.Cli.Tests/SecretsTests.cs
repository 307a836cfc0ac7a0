using Spectre.Console.Testing;

namespace Holdfast.Cli.Tests;

public sealed class SecretsTests : IDisposable
{
    private const string Passphrase = "correct horse battery";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-cli-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_recovery_key_is_shown_once_on_a_terminal()
    {
        var cli = new Cli { OutIsTerminal = true, Variables = { ["HOLDFAST_PASSPHRASE"] = Passphrase } };
        Assert.Equal(ExitCode.Done, await cli.RunAsync("vault init", Ct));
        Assert.Equal(2, cli.Out.ToString().Split(FakeEngine.RecoveryKey).Length);
    }

    [Theory]
    [InlineData("vault init")]
    [InlineData("vault init --output json")]
    public async Task A_recovery_key_is_never_written_to_redirected_output_unasked(string line)
    {
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = Passphrase } };
        Assert.Equal(ExitCode.Usage, await cli.RunAsync(line, Ct));
        Assert.Null(cli.Engine.InitPassphrase);
        Assert.Contains("HoldfastRecoveryKeyNowhereToGo", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recovery_key_goes_into_a_new_file_that_only_its_owner_can_read()
    {
        var file = Path.Combine(folder.FullName, "key");
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = Passphrase } };
        Assert.Equal(ExitCode.Done, await cli.RunAsync($"vault init --output json --recovery-key-file {file}", Ct));
        Assert.Equal(FakeEngine.RecoveryKey, (await File.ReadAllTextAsync(file, Ct)).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain(FakeEngine.RecoveryKey, cli.Out.ToString() + cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Passphrase, cli.Out.ToString() + cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recovery_key_never_overwrites_a_file()
    {
        var file = Path.Combine(folder.FullName, "key");
        await File.WriteAllTextAsync(file, "mine", Ct);
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = Passphrase } };
        Assert.Equal(ExitCode.Failed, await cli.RunAsync($"vault init --recovery-key-file {file}", Ct));
        Assert.Equal("mine", await File.ReadAllTextAsync(file, Ct));
        Assert.Null(cli.Engine.InitPassphrase);
    }

    [Fact]
    public async Task A_failed_init_leaves_no_key_file()
    {
        var file = Path.Combine(folder.FullName, "key");
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = "short" } };
        Assert.Equal(ExitCode.Failed, await cli.RunAsync($"vault init --recovery-key-file {file}", Ct));
        Assert.Contains("HoldfastPassphraseTooWeak", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData(Passphrase + "\nmore\n", null)]
    [InlineData("", "HoldfastPassphraseEmpty")]
    [InlineData("\nsecond line\n", "HoldfastPassphraseEmpty")]
    public async Task The_first_line_of_the_passphrase_file_is_the_passphrase(string content, string? fault)
    {
        var file = Path.Combine(folder.FullName, "pass");
        await File.WriteAllTextAsync(file, content, Ct);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var cli = new Cli();
        var code = await cli.RunAsync($"vault init --passphrase-file {file} --recovery-key-file {file}.key", Ct);
        Assert.Equal(fault is null ? ExitCode.Done : ExitCode.Failed, code);
        Assert.Equal(fault is null ? Passphrase : null, cli.Engine.InitPassphrase);
        Assert.Contains(fault ?? "", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passphrase_file_that_others_can_read_is_warned_about()
    {
        var file = Path.Combine(folder.FullName, "pass");
        await File.WriteAllTextAsync(file, Passphrase, Ct);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var cli = new Cli();
        Assert.Equal(ExitCode.Done, await cli.RunAsync($"vault init --passphrase-file {file} --recovery-key-file {file}.key", Ct));
        Assert.Contains("HoldfastPassphraseFilePermissive", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_nobody_is_asked()
    {
        var cli = new Cli();
        Assert.Equal(ExitCode.Usage, await cli.RunAsync($"vault init --recovery-key-file {folder.FullName}/key", Ct));
        Assert.Contains("HoldfastPassphraseMissing", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vault key add")]
    [InlineData("vault key rotate")]
    public async Task Without_a_terminal_a_new_passphrase_is_asked_for_by_its_own_option(string line)
    {
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = Passphrase } };
        Assert.Equal(ExitCode.Usage, await cli.RunAsync(line, Ct));
        Assert.Contains("HoldfastNewPassphraseMissing", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--new-passphrase-file", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vault key add --new-recovery-key-file {0}", ExitCode.Failed)]
    [InlineData("vault key rotate --data-key --yes --new-passphrase-file {0} --new-recovery-key-file {0}", ExitCode.Failed)]
    [InlineData("vault key rotate --data-key --yes --new-passphrase-file {0}", ExitCode.Usage)]
    public async Task A_new_recovery_key_is_asked_for_by_its_own_option(string line, ExitCode expected)
    {
        var file = Path.Combine(folder.FullName, "there");
        await File.WriteAllTextAsync(file, Passphrase, Ct);
        var cli = new Cli();
        Assert.Equal(expected, await cli.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, line, file), Ct));
        var said = cli.Error.ToString();
        Assert.Contains("--new-recovery-key-file", said, StringComparison.Ordinal);
        Assert.DoesNotContain(" --recovery-key-file", said, StringComparison.Ordinal);
        Assert.DoesNotContain("vault was made", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vault init --recovery-key-file {0}.key --passphrase-file {0}")]
    [InlineData("vault key add --new-passphrase-file {0}")]
    public async Task A_passphrase_that_is_too_long_is_a_wrong_input(string line)
    {
        var file = Path.Combine(folder.FullName, "long");
        await File.WriteAllTextAsync(file, new string('x', 1025), Ct);
        var cli = new Cli();
        Assert.Equal(ExitCode.Usage, await cli.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, line, file), Ct));
        Assert.Contains("longer than 1024 bytes", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_passphrase_of_the_vault_opens_the_one_that_is_copied_to()
    {
        var cli = new Cli { Variables = { ["HOLDFAST_PASSPHRASE"] = Passphrase } };

        // As the engine does it, which keeps the passphrase from what it starts.
        cli.Engine.Opening = () => cli.Variables.Remove("HOLDFAST_PASSPHRASE");
        Assert.Equal(ExitCode.Done, await cli.RunAsync($"vault copy --to {folder.FullName}", Ct));
        Assert.Equal(Passphrase, cli.Engine.CopyPassphrase);
    }

    [Theory]
    [InlineData("/vault", ExitCode.Usage, "HoldfastInvalidArgument")]
    [InlineData("/vault/", ExitCode.Usage, "HoldfastInvalidArgument")]
    [InlineData("/nowhere/at-all", ExitCode.NotFound, "HoldfastVaultNotFound")]
    public async Task A_place_that_cannot_be_copied_to_is_named_before_a_passphrase_is_asked_for(string to, ExitCode expected, string fault)
    {
        var cli = new Cli();
        Assert.Equal(expected, await cli.RunAsync("vault copy --to " + to, Ct));
        Assert.Contains(fault, cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Passphrase, ExitCode.Done)]
    [InlineData(Passphrase + "!", ExitCode.Failed)]
    public async Task A_new_passphrase_is_asked_for_twice_without_echo(string second, ExitCode expected)
    {
        using var console = new TestConsole();
        console.Profile.Capabilities.Interactive = true;
        console.Input.PushTextWithEnter(Passphrase);
        console.Input.PushTextWithEnter(second);
        var cli = new Cli { OutIsTerminal = true, Asked = console };
        Assert.Equal(expected, await cli.RunAsync("vault init", Ct));
        Assert.DoesNotContain(Passphrase, console.Output, StringComparison.Ordinal);
    }
}
