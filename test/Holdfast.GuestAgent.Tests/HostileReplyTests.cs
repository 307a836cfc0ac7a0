using System.Text;
using CsCheck;

namespace Holdfast.GuestAgent.Tests;

public sealed class HostileReplyTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Func<GuestAgentClient, Task>[] EveryCommand =
    [
        c => c.PingAsync(), c => c.SyncAsync(), c => c.InfoAsync(), c => c.OsInfoAsync(), c => c.FsInfoAsync(), c => c.NetworkInterfacesAsync(),
        c => c.TimeAsync(), c => c.FsFreezeStatusAsync(), c => c.FsFreezeAsync(), c => c.FsFreezeAsync(["/data"]), c => c.FsThawAsync(),
        c => c.StartExecAsync(new GuestCommand("true")), c => c.ExecStatusAsync(new GuestProcessId(7)), c => c.ReadFileAsync("/etc/os-release", 4096),
        c => c.ShutdownAsync(GuestShutdownMode.PowerDown),
    ];

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"return":{}""")]
    [InlineData("""{"return":1,"return":2}""")]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"error":"x"}""")]
    [InlineData("""{"return":{}}{"return":{}}""")]
    public async Task A_reply_that_is_none_is_a_protocol_error_of_every_command(string reply)
    {
        foreach (var command in EveryCommand)
            Assert.Equal(GuestAgentErrorKind.ProtocolError, (await Failure(command(StandInAgent.AnsweringEverything(reply).Client()))).Kind);
    }

    [Fact]
    public async Task A_reply_nested_too_deeply_is_refused()
    {
        var reply = StandInAgent.Return(new string('[', 5000) + new string(']', 5000));
        foreach (var command in EveryCommand)
            Assert.Equal(GuestAgentErrorKind.ProtocolError, (await Failure(command(StandInAgent.AnsweringEverything(reply).Client()))).Kind);
    }

    [Fact]
    public async Task A_reply_longer_than_the_limit_is_refused_before_it_is_parsed()
    {
        var reply = StandInAgent.Return("\"" + new string('x', 13 * 1024 * 1024) + "\"");
        Assert.Equal(GuestAgentErrorKind.LimitExceeded, (await Failure(StandInAgent.AnsweringEverything(reply).Client().FsFreezeStatusAsync(ct: Ct))).Kind);
    }

    [Fact]
    public void No_reply_whatever_makes_a_command_throw_anything_but_its_own_exception()
    {
        string[] fragments = ["{", "}", "[", "]", "\"return\"", "\"error\"", ":", ",", "1", "-1", "1e999", "null", "true", "\"x\"", "\"\\ud800\"",
            "\"class\"", "\"desc\"", "\"pid\"", "\"exited\"", "\"count\"", "\"buf-b64\"", "\"eof\"", "\"supported_commands\"", "\"mountpoint\"", "\"!!\"", "99999999999999999999"];
        Gen.Select(Gen.Int[0, fragments.Length - 1].Array[0, 12], Gen.Int[0, EveryCommand.Length - 1], Gen.Bool).Sample((picks, which, whole) =>
        {
            var text = string.Concat(picks.Select(pick => fragments[pick]));
            var reply = whole ? text : StandInAgent.Return(text);
            var task = EveryCommand[which](StandInAgent.AnsweringEverything(reply).Client());
            return task.IsCompleted && task.Exception?.InnerException is null or GuestAgentException;
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("100001")]
    [InlineData("9223372036854775807")]
    [InlineData("1.5")]
    [InlineData("\"2\"")]
    public async Task An_impossible_count_of_frozen_file_systems_is_a_protocol_error(string count)
    {
        var failure = await Failure(new StandInAgent().On("guest-fsfreeze-freeze", StandInAgent.Return(count)).Client().FsFreezeAsync(ct: Ct));
        Assert.Equal(GuestAgentErrorKind.ProtocolError, failure.Kind);
        Assert.True(failure.MayHaveRun);
    }

    [Fact]
    public async Task Lists_longer_than_their_limits_are_refused()
    {
        var many = StandInAgent.Return("[" + string.Join(',', Enumerable.Repeat("""{"name":"a","mountpoint":"/a","type":"ext4","disk":[]}""", 5000)) + "]");
        Assert.Equal(GuestAgentErrorKind.LimitExceeded, (await Failure(new StandInAgent().On("guest-get-fsinfo", many).Client().FsInfoAsync(Ct))).Kind);
    }

    [Fact]
    public async Task A_sync_that_answers_another_question_is_refused() =>
        Assert.Equal(GuestAgentErrorKind.ProtocolError, (await Failure(new StandInAgent().On("guest-sync", StandInAgent.Return("0")).Client().SyncAsync(ct: Ct))).Kind);

    [Fact]
    public async Task A_file_that_never_ends_is_given_up()
    {
        var agent = new StandInAgent().On("guest-file-open", StandInAgent.Return("1000")).On("guest-file-close", StandInAgent.Return("{}"))
            .On("guest-file-read", StandInAgent.Return("""{"count":0,"buf-b64":"","eof":false}"""));
        Assert.Equal(GuestAgentErrorKind.ProtocolError, (await Failure(agent.Client().ReadFileAsync("/x", 100, Ct))).Kind);
        Assert.Contains("guest-file-close", agent.Asked[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_goes_on_and_on_stops_at_the_limit()
    {
        var agent = new StandInAgent().On("guest-file-open", StandInAgent.Return("1000")).On("guest-file-close", StandInAgent.Return("{}"))
            .On("guest-file-read", a => Read(new string('x', a.GetProperty("count").GetInt32()), eof: false));
        Assert.Equal(GuestAgentErrorKind.LimitExceeded, (await Failure(agent.Client().ReadFileAsync("/x", 100_000, Ct))).Kind);
    }

    [Theory]
    [InlineData("""{"count":5,"buf-b64":"eHg=","eof":true}""")]
    [InlineData("""{"buf-b64":"eHg=","eof":true}""")]
    [InlineData("""{"count":2,"buf-b64":"eHg","eof":true}""")]
    [InlineData("""{"count":2,"buf-b64":"eHg=","eof":"yes"}""")]
    [InlineData("""{"count":2,"buf-b64":"eHg="}""")]
    public async Task A_read_whose_count_data_or_end_lies_is_a_protocol_error(string reply)
    {
        var agent = new StandInAgent().On("guest-file-open", StandInAgent.Return("1000")).On("guest-file-close", StandInAgent.Return("{}"))
            .On("guest-file-read", StandInAgent.Return(reply));
        Assert.Equal(GuestAgentErrorKind.ProtocolError, (await Failure(agent.Client().ReadFileAsync("/x", 100, Ct))).Kind);
    }

    [Fact]
    public async Task A_file_of_exactly_the_limit_is_read_whole_and_one_byte_more_is_not()
    {
        foreach (var (size, fits) in new[] { (100, true), (101, false), (0, true) })
        {
            var content = Encoding.ASCII.GetBytes(new string('x', size));
            var position = 0;
            var agent = new StandInAgent().On("guest-file-open", StandInAgent.Return("1000")).On("guest-file-close", StandInAgent.Return("{}"))
                .On("guest-file-read", a =>
                {
                    var part = content.AsSpan(position, Math.Min(Math.Min(a.GetProperty("count").GetInt32(), 30), content.Length - position)).ToArray();
                    position += part.Length;
                    return Read(Encoding.ASCII.GetString(part), eof: part.Length == 0);
                });
            if (fits)
                Assert.Equal(content, await agent.Client().ReadFileAsync("/x", 100, Ct));
            else
                Assert.Equal(GuestAgentErrorKind.LimitExceeded, (await Failure(agent.Client().ReadFileAsync("/x", 100, Ct))).Kind);
        }
    }

    [Fact]
    public async Task Text_of_a_guest_cannot_steer_a_terminal()
    {
        var agent = new StandInAgent()
            .On("guest-get-osinfo", StandInAgent.Return("""{"id":"a\u001b[31mb","pretty-name":"x\u202ey\r\nz","name":"\u0000"}"""))
            .On("guest-fsfreeze-freeze", StandInAgent.Error("GenericError", "failed to freeze /da\u001bta: Input/output error"));
        var os = await agent.Client().OsInfoAsync(Ct);
        var shown = string.Concat(os.Id, os.PrettyName, os.Name, (await Failure(agent.Client().FsFreezeAsync(ct: Ct))).Message);
        Assert.DoesNotContain(shown, c => char.IsControl(c) || c == '\u202e');
    }

    [Fact]
    public void Cleaned_text_never_exceeds_its_length_and_never_holds_half_a_character() =>
        Gen.Select(Gen.String[Gen.Char, 0, 60], Gen.Int[1, 40]).Sample((text, max) =>
        {
            var clean = GuestText.Clean(text, max);
            return clean.Length <= max && !clean.Any(char.IsControl) && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(clean)) == clean;
        });

    internal static string Read(string text, bool eof) =>
        StandInAgent.Return($$"""{"count":{{text.Length}},"buf-b64":"{{StandInAgent.Base64(text)}}","eof":{{(eof ? "true" : "false")}}}""");

    internal static async Task<GuestAgentException> Failure(Task task) => await Assert.ThrowsAsync<GuestAgentException>(() => task);
}
