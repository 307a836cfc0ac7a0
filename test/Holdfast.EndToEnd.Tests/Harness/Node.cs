using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// A Holdfast node with its own state, cache and vault: the real command as a process, with JSON output. Each test has its own, so that
/// tests on one guest do not see each other.
/// </summary>
public sealed class Node
{
    private Node(Host host, string folder, string vault, string passphraseFile) =>
        (Host, Folder, Vault, PassphraseFile) = (host, folder, vault, passphraseFile);

    /// <summary>The libvirt that the node works with, as its user.</summary>
    public Libvirt Libvirt { get; private init; } = Libvirt.System;

    /// <summary>The machine.</summary>
    public Host Host { get; }

    /// <summary>Holds everything of the node.</summary>
    public string Folder { get; }

    /// <summary>The vault's folder.</summary>
    public string Vault { get; init; }

    /// <summary>Holds the vault's passphrase.</summary>
    public string PassphraseFile { get; init; }

    /// <summary>The node's durable state: locks, intents, run records.</summary>
    public string State => Path.Combine(Folder, "state");

    /// <summary>Environment variables for every run, beyond the node's own.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>A node with a new vault.</summary>
    public static Task<Node> CreateAsync(Host host) => CreateAsync(host, Libvirt.System);

    /// <summary>A node with a new vault, of a libvirt's user.</summary>
    public static async Task<Node> CreateAsync(Host host, Libvirt libvirt)
    {
        var node = Unconnected(host, libvirt);
        await libvirt.GiveAsync(node.Folder).ConfigureAwait(false);
        await node.CreateVaultAsync().ConfigureAwait(false);
        return node;
    }

    /// <summary>Makes the node's vault.</summary>
    public async Task CreateVaultAsync() =>
        (await RunAsync("vault", "init", "--recovery-key-file", Path.Combine(Folder, "recovery-key")).ConfigureAwait(false)).Succeeded();

    /// <summary>A node whose vault isn't there yet.</summary>
    public static Node Unconnected(Host host) => Unconnected(host, Libvirt.System);

    /// <summary>A node of a libvirt's user, whose vault isn't there yet.</summary>
    public static Node Unconnected(Host host, Libvirt libvirt)
    {
        var folder = host.NewFolder("node");
        var passphrase = Path.Combine(folder, "passphrase");
        File.WriteAllText(passphrase, "correct horse battery staple\n");
        File.SetUnixFileMode(passphrase, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new Node(host, folder, Path.Combine(folder, "vault"), passphrase) { Libvirt = libvirt };
    }

    /// <summary>Another node, with nothing of this one's but the vault.</summary>
    public Node OnAnotherMachine() => new(Host, Host.NewFolder("node"), Vault, PassphraseFile);

    /// <summary>This node, with another vault in its place.</summary>
    public async Task<Node> WithSecondVaultAsync()
    {
        var node = new Node(Host, Folder, Path.Combine(Folder, Host.NewName("vault")), PassphraseFile);
        (await node.RunAsync("vault", "init", "--recovery-key-file", node.Vault + ".recovery-key").ConfigureAwait(false)).Succeeded();
        return node;
    }

    /// <summary>Runs `holdfast ...` to its end.</summary>
    public async Task<CliResult> RunAsync(params string[] arguments) =>
        new(await Tool.TryAsync(StartInfo(arguments), input: null).ConfigureAwait(false));

    /// <summary>Starts `holdfast ...` and leaves it running.</summary>
    public HoldfastProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = StartInfo(arguments);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return HoldfastProcess.Start(start);
    }

    /// <summary>Starts `holdfast ...` and returns when it stands at <paramref name="gate"/> (BackupBegin:after).</summary>
    public async Task<HoldfastProcess> StartPausedAsync(string gate, params string[] arguments)
    {
        var file = Path.Combine(Folder, Host.NewName("pause"));
        var process = Start(
            new Dictionary<string, string> { ["HOLDFAST_TEST_PAUSE_AT"] = gate, ["HOLDFAST_TEST_PAUSE_FILE"] = file }, arguments);
        process.PauseFile = file;
        await process.PausedAsync(gate).ConfigureAwait(false);
        return process;
    }

    /// <summary>Runs `holdfast ...` that kills itself with SIGKILL at <paramref name="gate"/>; one that never gets there fails the test.</summary>
    public async Task RunUntilKilledAsync(string gate, params string[] arguments)
    {
        await using var process = Start(new Dictionary<string, string> { ["HOLDFAST_TEST_STOP_AT"] = gate }, arguments);
        var result = await process.EndAsync().ConfigureAwait(false);
        Assert.True(result.ExitCode == 128 + 9, $"{gate} was not reached: {result.Text}");
    }

    /// <summary>Backs one VM up; anything but success fails the test.</summary>
    public async Task<BackupRun> BackUpAsync(Guest guest, params string[] options) =>
        (await RunAsync(["backup", guest.Name, .. options]).ConfigureAwait(false)).Succeeded().Backup;

    /// <summary>Backs one VM up, and meanwhile copies what the job exports with nbdcopy: what the point must equal.</summary>
    public async Task<FrozenBackup> BackUpWithWitnessAsync(Guest guest, params string[] options)
    {
        await using var process = await StartPausedAsync("Transfer:before", ["backup", guest.Name, .. options]).ConfigureAwait(false);
        var frozen = await FrozenExport.CopyAsync(Host, guest).ConfigureAwait(false);
        process.Resume();
        var result = await process.EndAsync().ConfigureAwait(false);
        return new FrozenBackup(this, guest, result, frozen);
    }

    /// <summary>Everything in the vault's folder, with its size.</summary>
    public IReadOnlyList<string> VaultListing() =>
    [
        .. new DirectoryInfo(Vault).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(e => e is FileInfo file ? $"{Path.GetRelativePath(Vault, e.FullName)} {file.Length}" : Path.GetRelativePath(Vault, e.FullName)).Order(),
    ];

    /// <summary>Ids of the VM's points, oldest first.</summary>
    public async Task<IReadOnlyList<string>> PointsAsync(string vm) =>
    [
        .. (await RunAsync("points", "list", vm).ConfigureAwait(false)).Succeeded().Json.GetProperty("points").EnumerateArray()
            .OrderBy(p => p.GetProperty("created").GetDateTimeOffset()).Select(p => p.GetProperty("id").GetString()!),
    ];

    /// <summary>Writes a point's disks to raw images, and returns them by target.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RestoreDisksAsync(string vm, string point, string format = "raw")
    {
        var folder = Host.NewFolder("restored");
        await Libvirt.GiveAsync(folder).ConfigureAwait(false);
        var result = await RunAsync("restore", vm, "--point", point, "--disks-to", folder, "--format", format).ConfigureAwait(false);
        return result.Succeeded().Json.GetProperty("disks").EnumerateArray()
            .ToDictionary(d => d.GetProperty("target").GetString()!, d => d.GetProperty("path").GetString()!);
    }

    private ProcessStartInfo StartInfo(string[] arguments)
    {
        // In a session, and so a process group, of its own: what Ctrl-C hits is this command and what it started.
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = Folder,
        };
        foreach (var argument in (string[])[.. Libvirt.AsUser, HoldfastProgram.FilePath, .. arguments])
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--output");
        start.ArgumentList.Add("json");
        start.Environment["HOLDFAST_STATE"] = State;
        start.Environment["HOLDFAST_CACHE"] = Path.Combine(Folder, "cache");
        start.Environment["HOLDFAST_VAULT"] = Vault;
        start.Environment["HOLDFAST_PASSPHRASE"] = File.ReadAllText(PassphraseFile).TrimEnd('\n');
        start.Environment["LIBVIRT_DEFAULT_URI"] = Libvirt.Uri;
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in Libvirt.Environment.Concat(Environment))
            start.Environment[name] = value;
        return start;
    }
}
