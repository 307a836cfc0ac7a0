using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Guests;

/// <summary>Pre- and post-scripts in the guest, as Azure's framework has them.</summary>
public sealed class ScriptTests(GuestFixture fixture, Host host) : IClassFixture<GuestFixture>, IAsyncLifetime
{
    private const int Degraded = 3;
    private readonly Guest _guest = fixture.Guest;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _guest.Agent.RunAsync("rm -rf /etc/azure/* /run/scripts.log");

    [Fact]
    public async Task The_scripts_of_the_guest_make_the_point_application_consistent()
    {
        await InstallAsync(pre: "echo pre $* >>/run/scripts.log", more: """ "preScriptParams":["hold","two words"], """);
        var node = await Node.CreateAsync(host);

        var run = await node.BackUpAsync(_guest, "--consistency", "application", "--strict-consistency");

        Assert.Equal("application", run.Consistency);
        Assert.Equal("pre hold two words\npost\n", await LogAsync());
    }

    [Theory]
    [InlineData("chmod 777 /etc/azure/pre.sh")]
    [InlineData("chmod 720 /etc/azure/pre.sh")]
    [InlineData("chown 1000 /etc/azure/pre.sh")]
    [InlineData("chmod 777 /etc/azure")]
    [InlineData("chmod 666 /etc/azure/VMSnapshotScriptPluginConfig.json")]
    [InlineData("mv /etc/azure/pre.sh /etc/azure/real.sh; ln -s real.sh /etc/azure/pre.sh")]
    [Condition("B20", Proof.Provocation)]
    public async Task B20_What_is_not_roots_alone_is_not_run(string loosened)
    {
        await InstallAsync(pre: "echo pre >>/run/scripts.log");
        await _guest.Agent.RunAsync(loosened);
        try
        {
            var node = await Node.CreateAsync(host);
            var taken = await node.RunAsync("backup", _guest.Name, "--consistency", "application");

            Assert.True(taken.ExitCode == Degraded, taken.Text);
            Assert.Equal("fileSystem", taken.Backup.Consistency);
            Assert.Contains("HoldfastScriptRefused", taken.Backup.Warnings);
            Assert.Equal("", await LogAsync());
        }
        finally
        {
            await _guest.Agent.RunAsync("chmod 755 /etc/azure");
        }
    }

    [Fact]
    [Condition("B19", Proof.Provocation)]
    public async Task B19_A_pre_script_that_fails_the_backup_is_followed_by_the_post_script()
    {
        await InstallAsync(pre: "echo pre >>/run/scripts.log; exit 7", continueOnFailure: false);
        var node = await Node.CreateAsync(host);

        var failed = await node.RunAsync("backup", _guest.Name);

        Assert.Equal("HoldfastPreScriptFailed", failed.FaultCode);
        Assert.Equal("pre\npost\n", await LogAsync());
        Assert.Empty(await node.PointsAsync(_guest.Name));
        Assert.False(await _guest.HasBackupJobAsync());
    }

    [Fact]
    public async Task A_pre_script_that_fails_lowers_the_point_where_the_guest_wants_it_so()
    {
        await InstallAsync(pre: "echo pre >>/run/scripts.log; exit 7", more: """ "preScriptNoOfRetries":2, """);
        var node = await Node.CreateAsync(host);

        var taken = await node.RunAsync("backup", _guest.Name, "--consistency", "application");

        Assert.True(taken.ExitCode == Degraded, taken.Text);
        Assert.Equal("fileSystem", taken.Backup.Consistency);
        Assert.Contains("HoldfastPreScriptFailed", taken.Backup.Warnings);
        Assert.Equal("pre\npre\npre\npost\n", await LogAsync());
    }

    [Fact]
    [Condition("S02", Proof.Provocation)]
    public async Task S02_A_pre_script_that_takes_too_long_is_ended()
    {
        await InstallAsync(pre: "echo pre >>/run/scripts.log; exec sleep 600", timeoutSeconds: 2);
        var node = await Node.CreateAsync(host);

        var taken = await node.RunAsync("backup", _guest.Name, "--consistency", "application");

        Assert.True(taken.ExitCode == Degraded, taken.Text);
        Assert.Equal("fileSystem", taken.Backup.Consistency);
        Assert.Contains("HoldfastScriptTimedOut", taken.Backup.Warnings);
        Assert.Equal("pre\npost\n", await LogAsync());
        Assert.Equal("", await _guest.Agent.RunAsync("pgrep -f '^sleep 600'; true"));
    }

    [Fact]
    public async Task A_post_script_that_fails_is_told_and_the_point_stays_what_it_is()
    {
        await InstallAsync(pre: "echo pre >>/run/scripts.log", post: "exit 9");
        var node = await Node.CreateAsync(host);

        var run = await node.BackUpAsync(_guest);

        Assert.Equal("application", run.Consistency);
        Assert.Contains("HoldfastPostScriptFailed", run.Warnings);
    }

    [Fact]
    [Condition("B20", Proof.Provocation)]
    public async Task B20_A_configuration_with_an_unknown_field_is_refused_and_nothing_is_run()
    {
        await InstallAsync(pre: "echo pre >>/run/scripts.log", more: """ "preScriptNoOfRetires":1, """);
        var node = await Node.CreateAsync(host);

        var taken = await node.RunAsync("backup", _guest.Name, "--consistency", "application");

        Assert.True(taken.ExitCode == Degraded, taken.Text);
        Assert.Contains("ExtensionConfigParsingFailure", taken.Backup.Warnings);
        Assert.Equal("", await LogAsync());
    }

    private Task<string> LogAsync() => _guest.Agent.RunAsync("cat /run/scripts.log 2>/dev/null; true");

    private Task<string> InstallAsync(
        string pre, string post = "echo post >>/run/scripts.log", bool continueOnFailure = true, int timeoutSeconds = 30, string more = "") => _guest.Agent.RunAsync($$"""
        set -e; mkdir -p /etc/azure; rm -f /run/scripts.log
        printf '#!/bin/sh\n{{pre}}\n' >/etc/azure/pre.sh; printf '#!/bin/sh\n{{post}}\n' >/etc/azure/post.sh; chmod 700 /etc/azure/*.sh
        cat >/etc/azure/VMSnapshotScriptPluginConfig.json <<'X'
        {"pluginName":"ScriptRunner","preScriptLocation":"/etc/azure/pre.sh","postScriptLocation":"/etc/azure/post.sh",{{more}}"timeoutInSeconds":{{timeoutSeconds}},"continueBackupOnFailure":{{(continueOnFailure ? "true" : "false")}}}
        X
        chmod 600 /etc/azure/VMSnapshotScriptPluginConfig.json
        """);
}
