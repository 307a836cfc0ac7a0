using System.Net;

namespace Holdfast.GuestAgent.Tests;

public sealed class CommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Info_tells_version_and_which_commands_are_enabled()
    {
        var info = await new StandInAgent().On("guest-info", StandInAgent.Return("""
            {"version":"7.2.22","supported_commands":[{"name":"guest-exec","enabled":false,"success-response":true},{"name":"guest-ping","enabled":true}],"new":{"a":[1]}}
            """)).Client().InfoAsync(Ct);
        Assert.Equal(new Version(7, 2, 22), info.ParsedVersion);
        Assert.True(info.Offers("guest-ping"));
        Assert.False(info.Offers("guest-exec"));
        Assert.False(info.Offers("guest-fsfreeze-freeze"));
    }

    [Fact]
    public async Task File_systems_come_with_their_disks()
    {
        var fs = Assert.Single(await new StandInAgent().On("guest-get-fsinfo", StandInAgent.Return("""
            [{"name":"vda","total-bytes":259967488,"mountpoint":"/data","disk":[{"serial":"s1","bus-type":"virtio","bus":0,"unit":0,
              "pci-controller":{"bus":3,"slot":0,"domain":0,"function":0},"dev":"/dev/vda","target":0}],"used-bytes":14336,"type":"ext4"}]
            """)).Client().FsInfoAsync(Ct));
        Assert.Equal(("vda", "/data", "ext4", 14336L, 259967488L), (fs.Device, fs.MountPoint, fs.Type, fs.UsedBytes, fs.TotalBytes));
        Assert.Equal(new GuestDisk("virtio", "/dev/vda", "s1"), Assert.Single(fs.Disks));
    }

    [Fact]
    public async Task Addresses_that_are_none_are_left_out()
    {
        var nic = Assert.Single(await new StandInAgent().On("guest-network-get-interfaces", StandInAgent.Return("""
            [{"name":"eth0","hardware-address":"52:54:00:aa:bb:cc","ip-addresses":[{"ip-address-type":"ipv4","ip-address":"10.0.0.2","prefix":24},{"ip-address":"$(reboot)","prefix":1}]}]
            """)).Client().NetworkInterfacesAsync(Ct));
        Assert.Equal(new GuestIpAddress(IPAddress.Parse("10.0.0.2"), 24), Assert.Single(nic.Addresses));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Any_time_that_the_agent_can_name_is_a_time(long nanoseconds)
    {
        var time = await new StandInAgent().On("guest-get-time", StandInAgent.Return(nanoseconds.ToString(System.Globalization.CultureInfo.InvariantCulture))).Client().TimeAsync(Ct);
        Assert.InRange(time.Year, 1677, 2262);
    }

    [Theory]
    [InlineData("CommandNotFound", "The command guest-x has not been found", GuestAgentErrorKind.CommandNotFound)]
    [InlineData("CommandNotFound", "Command guest-exec has been disabled: the command is not allowed", GuestAgentErrorKind.CommandDisabled)]
    [InlineData("GenericError", "Command guest-exec has been disabled: the agent is in frozen state", GuestAgentErrorKind.FrozenState)]
    [InlineData("GenericError", "The command guest-exec has been disabled for this instance", GuestAgentErrorKind.CommandDisabled)]
    [InlineData("GenericError", "failed to freeze /data: Input/output error", GuestAgentErrorKind.GuestError)]
    public async Task What_a_guest_says_decides_the_kind(string errorClass, string description, GuestAgentErrorKind kind)
    {
        var failure = await HostileReplyTests.Failure(StandInAgent.AnsweringEverything(StandInAgent.Error(errorClass, description)).Client().PingAsync(ct: Ct));
        Assert.Equal((kind, errorClass, description, false), (failure.Kind, failure.GuestClass, failure.GuestDescription, failure.MayHaveRun));
    }

    [Theory]
    [InlineData("failed to freeze /data: Input/output error", FreezeRefusalStep.Freeze, "/data", "Input/output error")]
    [InlineData("failed to open /mnt/odd: name: Permission denied", FreezeRefusalStep.Open, "/mnt/odd: name", "Permission denied")]
    [InlineData("failed to freeze /data", FreezeRefusalStep.Freeze, "/data", "")]
    [InlineData("failed to add C:\\ to snapshot set", FreezeRefusalStep.Other, null, "failed to add C:\\ to snapshot set")]
    [InlineData("", FreezeRefusalStep.Other, null, "")]
    public void A_refused_freeze_names_its_mount_and_reason(string description, FreezeRefusalStep step, string? mount, string reason) =>
        Assert.Equal(new FreezeRefusal(step, mount, reason), FreezeRefusal.Parse(description));

    [Fact]
    public async Task Arguments_reach_the_guest_as_they_are()
    {
        string[] odd = ["$(reboot)", "a b", "'\"\\", "\u00e9\n", ""];
        var seen = Array.Empty<string>();
        var agent = new StandInAgent().On("guest-exec", a =>
        {
            seen = [.. a.GetProperty("arg").EnumerateArray().Select(x => x.GetString()!)];
            return StandInAgent.Return("""{"pid":12}""");
        });
        await agent.Client().StartExecAsync(new GuestCommand("/bin/echo", odd), Ct);
        Assert.Equal(odd, seen);
    }

    [Fact]
    public async Task A_program_is_followed_to_its_end_with_the_end_of_its_output()
    {
        var polls = 0;
        var agent = new StandInAgent().On("guest-exec", StandInAgent.Return("""{"pid":12}""")).On("guest-exec-status", _ => ++polls switch
        {
            1 => StandInAgent.Return("""{"exited":false}"""),
            2 => throw new GuestAgentException(GuestAgentErrorKind.Unresponsive, "busy"),
            _ => StandInAgent.Return($$"""{"exited":true,"exitcode":3,"out-data":"{{StandInAgent.Base64("0123456789")}}"}"""),
        });
        var result = await agent.Client().ExecAsync(new GuestCommand("x"), new GuestExecOptions { OutputBytesMax = 4 }, Ct);
        Assert.Equal((3, false, "6789", true), (result.ExitCode, result.Succeeded, result.Output.ToText(), result.Output.Truncated));
    }

    [Fact]
    public async Task A_program_that_runs_too_long_is_told_to_end_and_then_killed()
    {
        var signals = new List<string>();
        var agent = new StandInAgent().On("guest-exec", a =>
        {
            if (a.GetProperty("path").GetString() != "kill")
                return StandInAgent.Return("""{"pid":12}""");
            signals.Add(string.Join(' ', a.GetProperty("arg").EnumerateArray().Select(x => x.GetString())));
            return StandInAgent.Return("""{"pid":13}""");
        }).On("guest-exec-status", a => StandInAgent.Return(a.GetProperty("pid").GetInt64() == 13 ? """{"exited":true,"exitcode":0}"""
            : signals.Count == 2 ? """{"exited":true,"signal":9}""" : """{"exited":false}"""));
        var result = await agent.Client().ExecAsync(new GuestCommand("sleep", "1000"),
            new GuestExecOptions { Timeout = TimeSpan.FromMilliseconds(10), KillGrace = TimeSpan.FromMilliseconds(10) }, Ct);
        Assert.True(result.TimedOut);
        Assert.Equal(["-TERM 12", "-KILL 12"], signals);
        Assert.Equal(9, result.Signal);
    }

    [Fact]
    public async Task A_shutdown_that_the_guest_no_longer_answers_has_been_asked_for()
    {
        var agent = new StandInAgent().On("guest-ping", StandInAgent.Return("{}"))
            .On("guest-shutdown", _ => throw new GuestAgentException(GuestAgentErrorKind.Unresponsive, "gone"));
        await agent.Client().ShutdownAsync(GuestShutdownMode.PowerDown, Ct);
        Assert.Contains("powerdown", agent.Asked[^1], StringComparison.Ordinal);
    }
}
