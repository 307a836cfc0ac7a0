using System.Diagnostics;
using Holdfast.Protection.Node;
using Holdfast.Protection.Tests.Restore;

namespace Holdfast.Protection.Tests.Node;

public sealed class HostFileTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_move_by_a_link_that_was_cut_off_before_its_second_half_can_be_repeated()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["from"], "content", Ct);
        await LinkAsync(folder["from"], folder["to"]);

        HostFile.Move(folder["from"], folder["to"]);

        Assert.Equal([folder["to"]], Directory.GetFiles(folder.Path));
        Assert.Equal("content", await File.ReadAllTextAsync(folder["to"], Ct));
    }

    [Fact]
    public async Task A_move_replaces_nothing_and_loses_nothing_to_a_link_by_name()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["from"], "content", Ct);
        await File.WriteAllTextAsync(folder["to"], "content", Ct);
        await LinkAsync("-s", folder["from"], folder["link"]);

        Assert.Throws<IOException>(() => HostFile.Move(folder["from"], folder["to"]));
        Assert.Throws<IOException>(() => HostFile.Move(folder["from"], folder["link"]));
        Assert.Equal("content", await File.ReadAllTextAsync(folder["from"], Ct));
    }

    private static async Task LinkAsync(params string[] arguments)
    {
        using var process = Process.Start("ln", arguments);
        await process.WaitForExitAsync(Ct);
        Assert.Equal(0, process.ExitCode);
    }
}
