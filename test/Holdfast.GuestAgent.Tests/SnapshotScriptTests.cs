using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.GuestAgent.Scripts;

namespace Holdfast.GuestAgent.Tests;

public sealed class SnapshotScriptTests
{
    private const string Config = """
        {"pluginName":"ScriptRunner","preScriptLocation":"/opt/hooks/pre.sh","postScriptLocation":"/opt/hooks/post.sh","preScriptParams":["a b","$(x)"],
         "postScriptParams":[],"preScriptNoOfRetries":1,"postScriptNoOfRetries":0,"timeoutInSeconds":30,"continueBackupOnFailure":false,"fsFreezeEnabled":true}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scripts_of_root_alone_are_run_with_their_arguments_before_and_after()
    {
        var guest = new Guest();
        var scripts = await SnapshotScripts.PrepareAsync(guest.Client, Ct);
        Assert.Equal(SnapshotScriptStatus.Succeeded, (await scripts.RunPreAsync(Ct)).Status);
        Assert.Equal(SnapshotScriptStatus.Succeeded, (await scripts.RunPostAsync(Ct)).Status);
        Assert.Equal(["/opt/hooks/pre.sh|a b|$(x)", "/opt/hooks/post.sh"], guest.Ran);
    }

    [Theory]
    [InlineData("/opt/hooks/pre.sh", "81ed 1000", SnapshotScriptRefusal.NotRootsAlone)] // another's
    [InlineData("/opt/hooks/pre.sh", "81fd 0", SnapshotScriptRefusal.NotRootsAlone)] // writable by the group
    [InlineData("/opt/hooks/post.sh", "81ef 0", SnapshotScriptRefusal.NotRootsAlone)] // writable by all
    [InlineData("/opt/hooks/pre.sh", "a1ff 0", SnapshotScriptRefusal.NotRootsAlone)] // a link
    [InlineData("/opt/hooks/pre.sh", "11a4 0", SnapshotScriptRefusal.NotRootsAlone)] // a pipe
    [InlineData("/opt/hooks/pre.sh", "81a4 0", SnapshotScriptRefusal.ScriptNotExecutable)]
    [InlineData("/opt/hooks/pre.sh", null, SnapshotScriptRefusal.ScriptMissing)]
    [InlineData("/opt/hooks", "41ff 0", SnapshotScriptRefusal.NotRootsAlone)] // a folder above that others may write
    [InlineData("/opt", "41ed 33", SnapshotScriptRefusal.NotRootsAlone)]
    [InlineData("/etc/azure/VMSnapshotScriptPluginConfig.json", "81b6 0", SnapshotScriptRefusal.NotRootsAlone)]
    [InlineData("/etc/azure", "41ff 0", SnapshotScriptRefusal.NotRootsAlone)]
    public async Task What_isnt_roots_alone_is_refused_and_never_run(string path, string? modeAndOwner, SnapshotScriptRefusal refusal)
    {
        var guest = new Guest();
        if (modeAndOwner is null)
            guest.Files.Remove(path);
        else
            guest.Files[path] = modeAndOwner;
        var scripts = await SnapshotScripts.PrepareAsync(guest.Client, Ct);
        var pre = await scripts.RunPreAsync(Ct);
        Assert.Equal((SnapshotScriptStatus.Refused, refusal), (pre.Status, pre.Refusal));
        Assert.Equal(SnapshotScriptStatus.Refused, (await scripts.RunPostAsync(Ct)).Status);
        Assert.Empty(guest.Ran);
    }

    [Fact]
    public async Task A_guest_without_configuration_has_none()
    {
        var guest = new Guest();
        guest.Files.Remove(SnapshotScriptConfig.Location);
        Assert.Equal(SnapshotScriptStatus.NotConfigured, (await (await SnapshotScripts.PrepareAsync(guest.Client, Ct)).RunPreAsync(Ct)).Status);
    }

    [Fact]
    public async Task A_guest_whose_agent_runs_no_programs_is_refused_only_if_it_has_a_configuration()
    {
        var guest = new Guest();
        guest.Agent.On("guest-exec", StandInAgent.Error("CommandNotFound", "Command guest-exec has been disabled: the command is not allowed"));
        Assert.Equal(SnapshotScriptRefusal.ExecDisabled, (await (await SnapshotScripts.PrepareAsync(guest.Client, Ct)).RunPreAsync(Ct)).Refusal);
        guest.Files.Remove(SnapshotScriptConfig.Location);
        Assert.Equal(SnapshotScriptStatus.NotConfigured, (await (await SnapshotScripts.PrepareAsync(guest.Client, Ct)).RunPreAsync(Ct)).Status);
    }

    [Fact]
    public async Task A_failing_pre_script_is_tried_again_and_its_failure_is_told_with_the_guests_choice()
    {
        var guest = new Guest { ExitCode = 7, Output = "\u001b[31mno database\n" };
        var scripts = await SnapshotScripts.PrepareAsync(guest.Client, Ct);
        var pre = await scripts.RunPreAsync(Ct);
        Assert.Equal((SnapshotScriptStatus.Failed, 7, false), (pre.Status, pre.ExitCode, pre.ContinueBackup));
        Assert.EndsWith("no database", pre.OutputTail, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', pre.OutputTail);
        Assert.Equal(2, guest.Ran.Count);
        // It may have held the application before it failed.
        guest.ExitCode = 0;
        Assert.Equal(SnapshotScriptStatus.Succeeded, (await scripts.RunPostAsync(Ct)).Status);
    }

    [Fact]
    public async Task A_post_script_is_not_run_without_its_pre_script()
    {
        var guest = new Guest();
        Assert.Equal(SnapshotScriptStatus.NotConfigured, (await (await SnapshotScripts.PrepareAsync(guest.Client, Ct)).RunPostAsync(Ct)).Status);
        Assert.Empty(guest.Ran);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"preScriptLocation":"pre.sh"}""")]
    [InlineData("""{"preScriptLocation":"/opt/../tmp/pre.sh"}""")]
    [InlineData("""{"preScriptLocation":"/opt//pre.sh"}""")]
    [InlineData("""{"preScriptLocation":"/opt/pre.sh\n/etc"}""")]
    [InlineData("""{"preScriptLocation":null}""")]
    [InlineData("""{"preScriptLocation":"/a","preScriptLocation":"/b"}""")]
    [InlineData("""{"preScriptParam":["x"]}""")]
    [InlineData("""{"preScriptParams":"x"}""")]
    [InlineData("""{"preScriptParams":["a\u0000b"]}""")]
    [InlineData("""{"preScriptParams":[null]}""")]
    [InlineData("""{"timeoutInSeconds":"30"}""")]
    [InlineData("""{"timeoutInSeconds":0}""")]
    [InlineData("""{"timeoutInSeconds":1e9}""")]
    [InlineData("""{"preScriptNoOfRetries":11}""")]
    [InlineData("""{"continueBackupOnFailure":"true"}""")]
    [InlineData("""{"preScriptLocation":"/a",}""")]
    public void A_configuration_that_isnt_exact_is_refused(string json) =>
        Assert.Throws<FormatException>(() => SnapshotScriptConfig.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void What_a_configuration_leaves_out_has_its_default()
    {
        var config = SnapshotScriptConfig.Parse("""{"preScriptLocation":"/opt/pre.sh"}"""u8);
        Assert.Equal(("", 0, 0, 30, true, true), (config.PostScriptLocation, config.PreScriptParams.Count, config.PreScriptNoOfRetries,
            config.TimeoutInSeconds, config.ContinueBackupOnFailure, config.FileSystemFreezeEnabled));
    }

    [Fact]
    public void A_configuration_in_another_encoding_is_refused_and_a_byte_order_mark_is_not()
    {
        Assert.Throws<FormatException>(() => SnapshotScriptConfig.Parse(Encoding.Unicode.GetBytes(Config)));
        Assert.Equal("/opt/hooks/pre.sh", SnapshotScriptConfig.Parse([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Config)]).PreScriptLocation);
    }

    private sealed class Guest
    {
        private readonly Dictionary<long, (int Code, string Output)> _ends = [];

        public Guest() => Agent = new StandInAgent().On("guest-exec", Exec).On("guest-exec-status", Status)
            .On("guest-file-open", a => Files.ContainsKey(a.GetProperty("path").GetString()!) ? StandInAgent.Return("1000")
                : StandInAgent.Error("GenericError", "failed to open file: No such file or directory"))
            .On("guest-file-read", HostileReplyTests.Read(Config, eof: true)).On("guest-file-close", StandInAgent.Return("{}"));

        public StandInAgent Agent { get; }

        public GuestAgentClient Client => Agent.Client();

        public Dictionary<string, string> Files { get; } = new()
        {
            ["/"] = "41ed 0", ["/etc"] = "41ed 0", ["/etc/azure"] = "41ed 0", [SnapshotScriptConfig.Location] = "8180 0",
            ["/opt"] = "41ed 0", ["/opt/hooks"] = "41c0 0", ["/opt/hooks/pre.sh"] = "81c0 0", ["/opt/hooks/post.sh"] = "81ed 0",
        };

        public List<string> Ran { get; } = [];

        public int ExitCode { get; set; }

        public string Output { get; init; } = "";

        private string Exec(JsonElement command)
        {
            var path = command.GetProperty("path").GetString()!;
            string[] arguments = [.. command.GetProperty("arg").EnumerateArray().Select(a => a.GetString()!)];
            var pid = _ends.Count + 1;
            if (path == "stat")
            {
                Assert.Equal(["-c", "%f %u", "--"], arguments[..3]);
                var found = arguments[3..].Where(Files.ContainsKey).ToArray();
                _ends[pid] = (found.Length == arguments.Length - 3 ? 0 : 1, string.Concat(found.Select(f => Files[f] + "\n")));
            }
            else
            {
                Ran.Add(string.Join('|', arguments.Prepend(path)));
                _ends[pid] = (ExitCode, Output);
            }
            return StandInAgent.Return($$"""{"pid":{{pid.ToString(CultureInfo.InvariantCulture)}}}""");
        }

        private string Status(JsonElement command)
        {
            var (code, output) = _ends[command.GetProperty("pid").GetInt64()];
            return StandInAgent.Return($$"""{"exited":true,"exitcode":{{code}},"out-data":"{{StandInAgent.Base64(output)}}"}""");
        }
    }
}
