using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>A node as its operators meet it, with curl, openssl and az as its clients.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hf-serve-");

    private string Data => Path.Combine(_folder.FullName, "node");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_node_starts_from_nothing_and_keeps_its_secrets_to_itself()
    {
        await using var node = await ServedNode.StartAsync(Data);
        Assert.Equal(200, (await node.CurlAsync("/health/ready")).Status);
        Assert.Equal(200, (await node.CurlAsync("/health/live")).Status);
        Assert.Equal("700", await ModeAsync(Data));
        foreach (var file in (string[])["initial-credential", "tls/ca.key", "tls/server.key", "keys/node.key"])
            Assert.Equal("600", await ModeAsync(Path.Combine(Data, file)));

        var credential = node.InitialCredential();
        var (status, body) = await node.CurlAsync("/subscriptions?api-version=2019-11-01", await node.TokenAsync(credential));
        Assert.Equal(200, status);
        Assert.Contains((string)credential["subscription"]!, body, StringComparison.Ordinal);
        Assert.Equal(401, (await node.CurlAsync("/subscriptions?api-version=2019-11-01")).Status);

        var (code, log) = await node.StopAsync();
        Assert.Equal(0, code);
        Assert.DoesNotContain((string)credential["secret"]!, node.Output + log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_keeps_credentials_authority_and_tokens()
    {
        string token, authority;
        JsonObject credential;
        await using (var node = await ServedNode.StartAsync(Data))
        {
            credential = node.InitialCredential();
            token = await node.TokenAsync(credential);
            authority = await File.ReadAllTextAsync(node.Authority);
            await node.StopAsync("INT");
        }

        await using var again = await ServedNode.StartAsync(Data);
        Assert.Equal(authority, await File.ReadAllTextAsync(again.Authority));
        Assert.Equal(200, (await again.CurlAsync("/subscriptions?api-version=2019-11-01", token)).Status);
        Assert.Equal(credential.ToJsonString(), again.InitialCredential().ToJsonString());
    }

    [Fact]
    public async Task Older_TLS_is_not_spoken_and_the_certificate_verifies()
    {
        await using var node = await ServedNode.StartAsync(Data);
        var port = new Uri(node.Address).Port;
        foreach (var (version, spoken) in new[] { ("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true) })
        {
            var result = await Tool.TryAsync("openssl", ["s_client", version, "-cipher", "DEFAULT@SECLEVEL=0", "-connect", $"localhost:{port}", "-servername", "localhost", "-CAfile", node.Authority, "-verify_return_error", "-verify_hostname", "localhost"], input: "");
            Assert.True(spoken == (result.ExitCode == 0), version + result);
        }
    }

    [Fact]
    public async Task A_folder_has_one_node_at_a_time()
    {
        await using var node = await ServedNode.StartAsync(Data);
        var second = await Tool.TryAsync(HoldfastProgram.FilePath, ["serve", "--data", Data, "--listen", "127.0.0.1:0"]);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains("HoldfastDataFolderUnusable", second.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_credential_is_refused_within_a_minute_by_the_running_node()
    {
        await using var node = await ServedNode.StartAsync(Data);
        var made = await node.RunAsync("credential", "create", "--role", "Reader", "--name", "reader");
        var token = await node.TokenAsync(made);
        Assert.Equal(200, (await node.CurlAsync("/subscriptions?api-version=2019-11-01", token)).Status);
        await node.RunAsync("credential", "revoke", "reader");
        await Eventually.TrueAsync("the token is refused", async () => (await node.CurlAsync("/subscriptions?api-version=2019-11-01", token)).Status == 401, 60);
        var listed = await node.RunAsync("credential", "list");
        Assert.Equal(2, listed["credentials"]!.AsArray().Count);
        Assert.DoesNotContain((string)made["secret"]!, listed.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_for_this_machine_and_not_for_whom_a_front_end_passes_on()
    {
        await using var node = await ServedNode.StartAsync(Data);
        var (status, body) = await node.CurlAsync("/metrics");
        Assert.Equal(200, status);
        Assert.Contains("holdfast_jobs", body, StringComparison.Ordinal);
        Assert.Equal(403, (await node.CurlAsync("/metrics", null, "-H", "X-Forwarded-For: 192.0.2.1")).Status);
        var reader = await node.TokenAsync(await node.RunAsync("credential", "create", "--role", "Reader"));
        Assert.Equal(200, (await node.CurlAsync("/metrics", reader, "-H", "X-Forwarded-For: 192.0.2.1")).Status);
    }

    [Theory]
    [InlineData("--listen", "nowhere")]
    [InlineData("--public-url", "http://x")]
    [InlineData("--jobs-per-host", "0")]
    [InlineData("--database", "Host=db;Password=secret")]
    [InlineData("--key", "/etc/hostname")]
    [InlineData("--node-name", "a b")]
    [InlineData("--proxy", "0.0.0.0/0")]
    [InlineData("--traces", "collector:4318")]
    public async Task A_wrong_setting_is_named_before_anything_is_made(string option, string value)
    {
        var result = await Tool.TryAsync(HoldfastProgram.FilePath, ["serve", "--data", Data, option, value]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("HoldfastSettingInvalid", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Hosts_are_registered_and_remote_ones_refused()
    {
        await using var node = await ServedNode.StartAsync(Data);
        Assert.Equal("qemu:///session", (string)(await node.RunAsync("host", "add", "lab", "--uri", "qemu:///session"))["uri"]!);
        Assert.Equal(["lab", "local"], (await node.RunAsync("host", "list"))["hosts"]!.AsArray().Select(h => (string)h!["name"]!).Order());
        var remote = await Tool.TryAsync(HoldfastProgram.FilePath, ["host", "add", "far", "--uri", "qemu+ssh://far/system", "--data", Data]);
        Assert.NotEqual(0, remote.ExitCode);
        await node.RunAsync("host", "remove", "lab");
        Assert.Single((await node.RunAsync("host", "list"))["hosts"]!.AsArray());
    }

    private static async Task<string> ModeAsync(string path) => (await Tool.RunAsync("stat", "-c", "%a", path)).Trim();
}
