namespace Holdfast.GuestAgent.Scripts;

/// <summary>A guest's pre- and post-script, for one backup run. They are only run if they, their configuration and the folders above are root's alone (INV-5).</summary>
/// <remarks>The order: <see cref="PrepareAsync"/>, <see cref="RunPreAsync"/>, freeze, snapshot, thaw, <see cref="RunPostAsync"/>. The latter is to be called on
/// every way out: it runs the post-script if, and only if, a pre-script may have begun (or there is none), so that an application is never left held.</remarks>
public sealed class SnapshotScripts
{
    private readonly GuestAgentClient _agent;
    private readonly SnapshotScriptResult? _verdict;
    private bool _preDone;

    private SnapshotScripts(GuestAgentClient agent, SnapshotScriptConfig? config, SnapshotScriptResult? verdict) =>
        (_agent, Config, _verdict) = (agent, config, verdict);

    /// <summary>The guest's configuration, if it has one that may be used.</summary>
    public SnapshotScriptConfig? Config { get; }

    /// <summary>What is known of the scripts before any is run: that there are none, or that they are refused. Null: they would be run.</summary>
    public SnapshotScriptResult? Verdict => _verdict;

    /// <summary>Whether the guest lets its file systems be frozen: true unless a usable configuration says otherwise.</summary>
    public bool FileSystemFreezeEnabled => Config?.FileSystemFreezeEnabled ?? true;

    /// <summary>Reads and checks the guest's configuration and scripts. Runs nothing but <c>stat</c> (and <c>cat</c>) there.</summary>
    /// <exception cref="GuestAgentException">The agent can't be talked with.</exception>
    public static async Task<SnapshotScripts> PrepareAsync(GuestAgentClient agent, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(agent);
        SnapshotScriptConfig? config = null;
        try
        {
            config = await ReadAsync(agent, ct);
            if (config is null or { PreScriptLocation: "", PostScriptLocation: "" })
                return new SnapshotScripts(agent, config, new SnapshotScriptResult(SnapshotScriptStatus.NotConfigured, "The guest has no scripts."));
            var guard = new GuestFileGuard(agent);
            foreach (var script in new[] { config.PreScriptLocation, config.PostScriptLocation }.Where(path => path.Length > 0).Distinct())
            {
                if (!await guard.ExistsAsRootsAloneAsync(script, executable: true, ct))
                    throw new SnapshotScriptRefusedException(SnapshotScriptRefusal.ScriptMissing, $"{GuestText.Clean(script, GuestAgentLimits.PathChars)} doesn't exist.");
            }
            return new SnapshotScripts(agent, config, null);
        }
        catch (SnapshotScriptRefusedException e)
        {
            return new SnapshotScripts(agent, config, new SnapshotScriptResult(SnapshotScriptStatus.Refused, e.Message)
            {
                Refusal = e.Refusal,
                ContinueBackup = config?.ContinueBackupOnFailure ?? true,
            });
        }
    }

    /// <summary>Runs the pre-script. <see cref="SnapshotScriptStatus.Succeeded"/> makes the point application-consistent.</summary>
    public async Task<SnapshotScriptResult> RunPreAsync(CancellationToken ct)
    {
        if (_verdict is not null)
            return _verdict;
        // Set before the first try: whatever comes of it, the script may have begun.
        _preDone = true;
        return await RunAsync(Config!.PreScriptLocation, Config.PreScriptParams, Config.PreScriptNoOfRetries, ct);
    }

    /// <summary>Runs the post-script, if a pre-script may have begun. Pass a token that outlives the run's own cancellation.</summary>
    public async Task<SnapshotScriptResult> RunPostAsync(CancellationToken ct)
    {
        if (_verdict is not null)
            return _verdict;
        if (!_preDone)
            return new SnapshotScriptResult(SnapshotScriptStatus.NotConfigured, "The pre-script hadn't been run.");
        _preDone = false;
        return await RunAsync(Config!.PostScriptLocation, Config.PostScriptParams, Config.PostScriptNoOfRetries, ct);
    }

    private async Task<SnapshotScriptResult> RunAsync(string script, IReadOnlyList<string> parameters, int retries, CancellationToken ct)
    {
        if (script.Length == 0)
            return new SnapshotScriptResult(SnapshotScriptStatus.NotConfigured, "The guest has no such script.");
        var options = new GuestExecOptions { Timeout = TimeSpan.FromSeconds(Config!.TimeoutInSeconds), OutputBytesMax = 16 * 1024 };
        for (var left = retries; ; left--)
        {
            SnapshotScriptResult failed;
            try
            {
                var run = await _agent.ExecAsync(new GuestCommand(script, parameters), options, ct);
                var tail = string.Join('\n', new[] { run.Output.ToText(), run.ErrorOutput.ToText() }.Where(text => text.Length > 0));
                if (run.Succeeded)
                    return new SnapshotScriptResult(SnapshotScriptStatus.Succeeded, $"{script} succeeded.") { ExitCode = 0, OutputTail = tail };
                var how = run.TimedOut ? $"took longer than {Config.TimeoutInSeconds} s" : run.ExitCode is { } code ? $"ended with exit code {code}" : $"was ended by signal {run.Signal}";
                failed = Failed($"{script} {how}.") with { ExitCode = run.ExitCode, TimedOut = run.TimedOut, OutputTail = tail };
            }
            catch (GuestAgentException e)
            {
                // It may be running still: trying again could run it twice at once.
                return Failed($"{script} couldn't be followed: {e.Message}");
            }
            if (left <= 0 || failed.TimedOut)
                return failed;
        }
    }

    private SnapshotScriptResult Failed(string detail) =>
        new(SnapshotScriptStatus.Failed, detail) { ContinueBackup = Config!.ContinueBackupOnFailure };

    private static async Task<SnapshotScriptConfig?> ReadAsync(GuestAgentClient agent, CancellationToken ct)
    {
        byte[]? content;
        try
        {
            // Checked before it is opened: so it's a plain file, and only root could put another in its place.
            content = await new GuestFileGuard(agent).ExistsAsRootsAloneAsync(SnapshotScriptConfig.Location, executable: false, ct)
                ? await ContentAsync(agent, ct)
                : await UncheckedAsync(agent, SnapshotScriptRefusal.CannotBeChecked, "it can't be seen whose it is", ct);
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.CommandDisabled or GuestAgentErrorKind.CommandNotFound)
        {
            content = await UncheckedAsync(agent, SnapshotScriptRefusal.ExecDisabled, "the agent doesn't let programs be run", ct);
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError)
        {
            content = await UncheckedAsync(agent, SnapshotScriptRefusal.CannotBeChecked, "the guest has no stat command", ct);
        }
        if (content is null)
            return null;
        try
        {
            return SnapshotScriptConfig.Parse(content);
        }
        catch (FormatException e)
        {
            throw new SnapshotScriptRefusedException(SnapshotScriptRefusal.ConfigMalformed, $"{SnapshotScriptConfig.Location} can't be used: {e.Message}");
        }
    }

    private static async Task<byte[]> ContentAsync(GuestAgentClient agent, CancellationToken ct)
    {
        try
        {
            return await agent.ReadFileAsync(SnapshotScriptConfig.Location, SnapshotScriptConfig.BytesMax, ct);
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.CommandDisabled or GuestAgentErrorKind.CommandNotFound)
        {
            var cat = await agent.ExecAsync(new GuestCommand("cat", "--", SnapshotScriptConfig.Location), new GuestExecOptions { OutputBytesMax = SnapshotScriptConfig.BytesMax }, ct);
            return cat.Succeeded && !cat.Output.Truncated ? cat.Output.Tail.ToArray() : throw Unreadable("cat failed");
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError or GuestAgentErrorKind.LimitExceeded)
        {
            throw Unreadable(e.Message);
        }
    }

    // Without a check nothing may be run; what is left to find out is whether there is anything at all.
    private static async Task<byte[]?> UncheckedAsync(GuestAgentClient agent, SnapshotScriptRefusal refusal, string why, CancellationToken ct)
    {
        try
        {
            await agent.ReadFileAsync(SnapshotScriptConfig.Location, SnapshotScriptConfig.BytesMax, ct);
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError or GuestAgentErrorKind.CommandDisabled or GuestAgentErrorKind.CommandNotFound)
        {
            return null;
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.LimitExceeded)
        {
            throw Unreadable(e.Message);
        }
        throw new SnapshotScriptRefusedException(refusal, $"{SnapshotScriptConfig.Location} exists, but isn't used: {why}.");
    }

    private static SnapshotScriptRefusedException Unreadable(string why) =>
        new(SnapshotScriptRefusal.ConfigUnreadable, $"{SnapshotScriptConfig.Location} can't be read: {why}");
}
