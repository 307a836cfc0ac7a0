using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Health.Windows;

/// <summary>Conditions of Windows guests, replayed by a stand-in agent on a real channel: each is named, with none of its neighbours, in every form of text.</summary>
public sealed class WindowsConditionTests(WindowsGuestFixture fixture, Host host) : IClassFixture<WindowsGuestFixture>, IAsyncLifetime
{
    private const string Services = @"reg query HKLM\SYSTEM\CurrentControlSet\Services\";
    private const string DotNet = @"reg query HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319";
    private static readonly string[] OfWindows =
    [
        "service", "file-version", "vss-provider", "vss-writers", "com-plus", "msdtc", "bitlocker", "machine-keys", "strong-crypto", "vc-runtime", "installer", "sql-copy-backup",
    ];

    private WindowsAgent _agent = null!;
    private Node _node = null!;

    private string Vm => fixture.Guest.Name;

    public async ValueTask InitializeAsync()
    {
        _agent = await fixture.RestartAsync();
        _node = Node.Unconnected(host);
        _node.Environment["HOLDFAST_VAULT"] = "";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_windows_guest_that_is_well_passes_every_check_and_none_of_other_systems()
    {
        var found = await ExamineAsync();
        Assert.Equal(0, found.Result.Succeeded().ExitCode);
        Assert.All(found.Rows, r => Assert.Equal("passed", r.Outcome));
        Assert.Equal(OfWindows, found.Rows.Select(r => r.Check).Where(OfWindows.Contains));
        Assert.DoesNotContain(found.Rows, r => r.Check is "mounts" or "clean" or "origin" or "memory" or "configuration");
    }

    [Fact]
    public async Task A_chinese_windows_guest_in_its_code_page_passes_every_check()
    {
        _agent.Says("vssadmin list writers", "vssadmin-writers.zh-TW.cp950.txt");
        _agent.Says("vssadmin list providers", "vssadmin-providers.zh-TW.cp950.txt");
        _agent.Says("powershell.exe", "powershell-without-bitlocker.txt");
        _agent.Says("manage-bde -status", "manage-bde.zh-TW.cp950.txt");
        (await ExamineAsync()).Result.Succeeded();
    }

    [Fact]
    public async Task Where_programs_may_not_be_run_none_is()
    {
        (await Examination.OfAsync(_node, Vm, "--no-guest-programs")).Result.Succeeded();
        Assert.Empty(_agent.Run);
    }

    [Theory]
    [InlineData("en.utf8")]
    [InlineData("en.utf16")]
    [InlineData("zh-TW.utf8")]
    [InlineData("zh-TW.utf16")]
    [InlineData("zh-TW.cp950")]
    [Condition("B19", Proof.Replay)]
    public async Task B19_writer_that_is_not_stable_is_named_with_its_service_in_every_form_of_text(string form)
    {
        _agent.Says("vssadmin list writers", $"vssadmin-writers-failed.{form}.txt");
        _agent.Says(Services + "QEMU Guest Agent VSS Provider", "reg-vss-provider-copy.txt");
        var found = await ExamineAsync();
        found.Raised("ExtensionFailedVssWriterInBadState");
        Assert.Equal("SqlServerWriter: [8]", found["vss-writers"].Found);
        Assert.Contains("net start \\\"SQLWriter\\\"", found.Result.Tool.Output.Replace("\\u0022", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vssadmin list writers", "nothing-known.utf8.txt", "vss-writers")]
    [InlineData("vssadmin list writers", "vssadmin-writers-without-states.en.utf8.txt", "vss-writers")]
    [InlineData("vssadmin list providers", "nothing-known.utf8.txt", "vss-provider")]
    [InlineData("sc query MSDTC", "nothing-known.utf8.txt", "msdtc")]
    [InlineData("sc query COMSysApp", "nothing-known.utf8.txt", "com-plus")]
    [InlineData(Services + "msiserver", "nothing-known.utf8.txt", "installer")]
    [InlineData("powershell.exe", "nothing-known.utf8.txt", "machine-keys")]
    public async Task Text_that_is_not_known_is_unknown_and_never_passed(string program, string transcript, string check)
    {
        _agent.Says(program, transcript);
        var found = await ExamineAsync();
        Assert.Empty(found.Codes);
        Assert.Equal("unknown", found[check].Outcome);
        Assert.Equal(10, found.Result.ExitCode);
    }

    [Fact]
    [Condition("B19", Proof.Replay)]
    public async Task B19_writers_service_is_restarted_only_where_that_is_allowed_for_the_vm()
    {
        _agent.Says("vssadmin list writers", "vssadmin-writers-failed.en.utf8.txt");
        _agent.Says(Services + "QEMU Guest Agent VSS Provider", "reg-vss-provider-copy.txt");
        var refused = await Examination.OfAsync(_node, Vm, "--fix", "--yes");
        Assert.Equal(("disruptive", "refused"), Remedy(refused));
        Assert.DoesNotContain(_agent.Run, r => r.StartsWith("net ", StringComparison.Ordinal));

        var done = await Examination.OfAsync(_node, Vm, "--fix", "--yes-disruptive", Vm);
        Assert.Equal(("disruptive", "done"), Remedy(done));
        Assert.Equal(["net stop SQLWriter /y", "net start SQLWriter"], _agent.Run.Where(r => r.StartsWith("net ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("powershell-locked.txt", "manage-bde.en.utf8.txt")]
    [InlineData("powershell-without-bitlocker.txt", "manage-bde-locked.en.utf8.txt")]
    [InlineData("powershell-without-bitlocker.txt", "manage-bde-locked.zh-TW.cp950.txt")]
    [Condition("B15", Proof.Replay)]
    public async Task B15_volume_that_bitlocker_has_locked_is_named(string powershell, string manage)
    {
        _agent.Says("powershell.exe", powershell);
        _agent.Says("manage-bde -status", manage);
        var found = await ExamineAsync();
        found.Raised("ExtensionSnapshotBitlockerError");
        Assert.Equal("D:", found["bitlocker"].Found);
    }

    [Theory]
    [InlineData("sc query COMSysApp", "sc-query-COMSysApp-failed.txt", "ExtensionInstallationFailedCOM")]
    [InlineData(Services + "COMSysApp", "reg-COMSysApp-disabled.txt", "ExtensionInstallationFailedCOM")]
    [InlineData("sc query MSDTC", "sc-query-MSDTC-failed.txt", "ExtensionInstallationFailedMDTC")]
    [InlineData(Services + "MSDTC", "reg-MSDTC-account.txt", "ExtensionInstallationFailedMDTC")]
    [Condition("B14", Proof.Replay)]
    [Condition("B22", Proof.Replay)]
    public async Task B14_B22_com_plus_and_the_coordinator_that_it_needs_are_told_apart(string program, string transcript, string code)
    {
        _agent.Says(program, transcript);
        (await ExamineAsync()).Raised(code);
        var service = code.EndsWith("COM", StringComparison.Ordinal) ? "COMSysApp" : "MSDTC";
        _agent.Reset();
        _agent.Says($"sc query {service}", $"sc-query-{service}-idle.txt");
        (await ExamineAsync()).Result.Succeeded();
    }

    [Theory]
    [InlineData("failed to create VSS backup components: The RPC server is unavailable. (error: 0x800706ba)", "ExtensionSnapshotFailedCOM")]
    [InlineData("couldn't receive Frozen event from VSS provider: 0x8004230f", "ExtensionSnapshotFailedCOM")]
    [Condition("B23", Proof.Replay)]
    public async Task B23_freeze_that_ends_in_a_com_plus_error_is_told_as_one(string answer, string code) => await RefusesAsync(answer, code);

    [Fact]
    [Condition("B15", Proof.Replay)]
    public async Task B15_freeze_that_a_locked_volume_refuses_is_told_as_that() =>
        await RefusesAsync(@"failed to add D:\ to snapshot set: 0x80310000", "ExtensionSnapshotBitlockerError");

    [Fact]
    [Condition("B20", Proof.Replay)]
    public async Task B20_folder_of_the_machines_keys_without_its_usual_rights_is_named_by_sid()
    {
        _agent.Says("powershell.exe", "powershell-machine-keys.txt");
        var found = await ExamineAsync();
        found.Raised("HoldfastMachineKeysPermissions");
        Assert.Equal("S-1-1-0 lacks read and write", found["machine-keys"].Found);
        _agent.Says("powershell.exe", "powershell.utf16.txt");
        (await ExamineAsync()).Result.Succeeded();
    }

    [Fact]
    [Condition("B25", Proof.Replay)]
    public async Task B25_dot_net_without_strong_crypto_is_named_by_its_keys()
    {
        _agent.Says(@"reg query HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "reg-dotnet-old.txt");
        _agent.Says(DotNet.Replace(@"SOFTWARE\", @"SOFTWARE\Wow6432Node\", StringComparison.Ordinal), "reg-dotnet4.txt");
        _agent.Says(DotNet, "reg-dotnet4-strong.txt");
        var found = await ExamineAsync();
        found.Raised("ExtensionSnapshotFailedNoSecureNetwork");
        Assert.Equal(@"HKLM\SOFTWARE\Wow6432Node\Microsoft\.NETFramework\v4.0.30319", found["strong-crypto"].Found);
        _agent.Reset();
        _agent.Says(DotNet, "reg-dotnet4-weak.txt");
        (await ExamineAsync()).Raised("ExtensionSnapshotFailedNoSecureNetwork");
    }

    [Fact]
    [Condition("B26", Proof.Replay)]
    public async Task B26_missing_runtime_is_told_from_an_installer_that_is_disabled()
    {
        _agent.Ends(@"reg query HKLM\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\X64", 1);
        (await ExamineAsync()).Raised("ExtensionVCRedistInstallationFailure");
        _agent.Reset();
        _agent.Says(Services + "msiserver", "reg-msiserver-disabled.txt");
        (await ExamineAsync()).Raised("HoldfastWindowsInstallerDisabled");
    }

    [Theory]
    [InlineData("vssadmin-providers-without-agent.en.utf8.txt")]
    [InlineData("vssadmin-providers-without-agent.zh-TW.cp950.txt")]
    [Condition("A02", Proof.Replay)]
    [Condition("B26", Proof.Replay)]
    public async Task A02_B26_agent_without_its_vss_provider_is_named(string transcript)
    {
        _agent.Says("vssadmin list providers", transcript);
        (await ExamineAsync()).Raised("HoldfastVssProviderMissing");
    }

    [Fact]
    [Condition("S02", Proof.Replay)]
    public async Task S02_vss_backups_that_count_as_sql_servers_own_are_named()
    {
        _agent.Says("vssadmin list writers", "vssadmin-writers-sql.en.utf8.txt");
        (await ExamineAsync()).Raised("HoldfastSqlFullBackup");
        _agent.Says(Services + "QEMU Guest Agent VSS Provider", "reg-vss-provider-copy.txt");
        (await ExamineAsync()).Result.Succeeded();
    }

    [Fact]
    [Condition("A09", Proof.Replay)]
    public async Task A09_agents_service_that_is_missing_not_automatic_or_elsewhere_is_named()
    {
        _agent.Ends(Services + "QEMU-GA", 1);
        (await ExamineAsync()).Raised("HoldfastWindowsAgentService");
        foreach (var transcript in (string[])["reg-QEMU-GA-manual.txt", "reg-QEMU-GA-elsewhere.txt"])
        {
            _agent.Says(Services + "QEMU-GA", transcript);
            (await ExamineAsync()).Raised("HoldfastWindowsAgentService");
        }
    }

    [Fact]
    [Condition("A10", Proof.Replay)]
    public async Task A10_agents_file_that_is_too_old_is_named_with_its_version()
    {
        _agent.Says("powershell.exe", "powershell-old-agent.txt");
        var found = await ExamineAsync();
        found.Raised("HoldfastWindowsAgentFileVersion");
        Assert.Equal("2.4.0.0", found["file-version"].Found);
    }

    [Fact]
    [Condition("A10", Proof.Replay)]
    public async Task A10_agent_that_was_updated_but_not_restarted_is_restarted_where_that_is_allowed_and_awaited()
    {
        _agent.Says("powershell.exe", "powershell-newer-agent.txt");
        var found = await ExamineAsync();
        found.Raised("HoldfastWindowsAgentNotRestarted");
        Assert.Equal("109.0.0, 107.0.1 runs", found["file-version"].Found);
        Assert.Equal(("disruptive", "refused"), Remedy(await Examination.OfAsync(_node, Vm, "--fix", "--yes")));
        Assert.DoesNotContain(_agent.Run, r => r.Contains("net stop", StringComparison.Ordinal));

        // What the detached command would do to a real agent, the test does to the channel: it is left, and opened again.
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _agent.Ran = program => _ = program.Contains("net stop", StringComparison.Ordinal) && asked.TrySetResult(program);
        var fixing = Examination.OfAsync(_node, Vm, "--fix", "--yes-disruptive", Vm);
        Assert.Same(asked.Task, await Task.WhenAny(asked.Task, fixing));
        Assert.Contains("Win32_Process", await asked.Task, StringComparison.Ordinal);
        Assert.False(fixing.IsCompleted, "the agent wasn't awaited");
        _agent = await fixture.RestartAsync();

        Assert.Equal(("disruptive", "done"), Remedy(await fixing));
        (await ExamineAsync()).Result.Succeeded();
    }

    private static (string?, string?) Remedy(Examination found)
    {
        var remedy = Assert.Single(found.Result.Json.GetProperty("remedies").EnumerateArray(), r => r.GetProperty("kind").GetString() == "restartService");
        return (remedy.GetProperty("grade").GetString(), remedy.GetProperty("outcome").GetString());
    }

    private Task<Examination> ExamineAsync() => Examination.OfAsync(_node, Vm);

    private async Task RefusesAsync(string answer, string code)
    {
        _agent.Instead["guest-fsfreeze-freeze"] = _ => [WindowsAgent.Line(WindowsAgent.Error(answer))];
        _node.Environment.Remove("HOLDFAST_VAULT");
        await _node.CreateVaultAsync();
        var result = await _node.RunAsync("backup", Vm);
        Assert.Contains($"\"{code}\"", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("UserErrorFsFreezeFailed", result.Text, StringComparison.Ordinal);
    }
}
