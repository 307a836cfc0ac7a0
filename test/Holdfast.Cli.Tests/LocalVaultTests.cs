using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;

namespace Holdfast.Cli.Tests;

/// <summary>Commands on a vault in a folder, with the engine itself.</summary>
public sealed class LocalVaultTests : IDisposable
{
    private const string Passphrase = "correct horse battery";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-cli-");

    public LocalVaultTests() => Environment.SetEnvironmentVariable("HOLDFAST_CACHE", In("cache"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOLDFAST_CACHE", null);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_probe_makes_no_folder_and_leaves_nothing_in_one()
    {
        var (code, said) = await RunAsync("vault", "probe", "--vault", In("none"));
        Assert.Equal(ExitCode.NotFound, code);
        Assert.Contains("HoldfastVaultNotFound", said, StringComparison.Ordinal);
        Assert.False(Path.Exists(In("none")));
        folder.CreateSubdirectory("empty");
        Assert.Equal(ExitCode.Done, (await RunAsync("vault", "probe", "--vault", In("empty"))).Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(In("empty")));
    }

    [Fact]
    public async Task A_probe_leaves_what_was_there()
    {
        folder.CreateSubdirectory("used/probe").CreateSubdirectory("of-somebody");
        await File.WriteAllTextAsync(In("used/probe/of-somebody/file"), "mine", Ct);
        Assert.Equal(ExitCode.Done, (await RunAsync("vault", "probe", "--vault", In("used"))).Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(In("used/probe/of-somebody/file"), Ct));
    }

    [Fact]
    public async Task The_last_key_slot_is_named()
    {
        await InitAsync("vault");
        var ids = await SlotsAsync();
        Assert.Equal(ExitCode.Done, (await RunAsync("vault", "key", "remove", ids[1], "--yes", "--vault", In("vault"))).Code);
        var (code, said) = await RunAsync("vault", "key", "remove", ids[0], "--yes", "--vault", In("vault"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(ids[0], said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_used_is_blamed_by_its_own_variable()
    {
        await InitAsync("vault");
        await File.WriteAllTextAsync(In("file"), "", Ct);
        Environment.SetEnvironmentVariable("HOLDFAST_CACHE", In("file/cache"));
        var (code, said) = await RunAsync("points", "list", "--vault", In("vault"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("HOLDFAST_CACHE", said, StringComparison.Ordinal);
        Assert.DoesNotContain("HOLDFAST_STATE", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vault_is_not_copied_to_a_copy_of_its_files()
    {
        await InitAsync("vault");
        foreach (var file in Directory.GetFiles(In("vault"), "*", SearchOption.AllDirectories))
        {
            var copy = In("same/" + Path.GetRelativePath(In("vault"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var (code, said) = await RunAsync("vault", "copy", "--to", In("same"), "--vault", In("vault"));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("the same vault", said, StringComparison.Ordinal);
    }

    private string In(string path) => Path.Combine(folder.FullName, path);

    private async Task InitAsync(string name) => Assert.Equal(
        ExitCode.Done, (await RunAsync("vault", "init", "--vault", In(name), "--recovery-key-file", In(name + ".key"))).Code);

    // In their order: the passphrase's is the first.
    private async Task<List<string>> SlotsAsync()
    {
        var (_, said) = await RunAsync("vault", "key", "list", "--vault", In("vault"));
        return [.. said.Split('\n').Skip(1).Where(l => l.Length > 0).OrderByDescending(l => l.Contains("Passphrase", StringComparison.Ordinal)).Select(l => l.Split(' ')[0])];
    }

    private static async Task<(ExitCode Code, string Said)> RunAsync(params string[] words)
    {
        using var said = new StringWriter();
        var terminal = new Terminal { Out = said, Error = said, Variable = name => name == "HOLDFAST_PASSPHRASE" ? Passphrase : null };
        return (await new CliApp(terminal, new LocalEngineFactory(terminal)).RunAsync(words, Ct), said.ToString());
    }
}
