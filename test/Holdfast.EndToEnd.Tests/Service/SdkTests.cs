using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Service;

/// <summary>The JavaScript SDKs, as they are published.</summary>
public sealed class SdkTests(Host host)
{
    [Fact]
    public async Task A_VM_is_protected_backed_up_and_deleted_by_the_JavaScript_SDKs()
    {
        await using var vm = await BareVm.StartAsync(host, new DiskSpec("vda") { SizeMiB = 32 });
        await using var node = await ServedNode.StartAsync(host.NewFolder("served"));
        var folder = host.NewFolder("js");
        foreach (var file in Directory.GetFiles(Path.Combine(Host.Repository, "test/Holdfast.EndToEnd.Tests/Service/js")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        (await Tool.TryAsync("npm", ["ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"])).Succeeded();
        var credential = node.InitialCredential();
        var result = await Tool.TryAsync(
            "node",
            [Path.Combine(folder, "sdk.mjs"), node.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), (string)credential["subscription"]!, (string)credential["appId"]!, (string)credential["secret"]!, vm.Name],
            environment: new Dictionary<string, string> { ["NODE_EXTRA_CA_CERTS"] = node.Authority });
        Assert.Equal("done", result.Succeeded().Trim());
    }
}
