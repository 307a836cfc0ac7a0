namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A libvirt, and the user that it is reached as.</summary>
public class Libvirt
{
    /// <summary>The machine's own.</summary>
    public static Libvirt System { get; } = new();

    /// <summary>Its URI.</summary>
    public virtual string Uri => "qemu:///system";

    /// <summary>Words that run the command behind them as the user.</summary>
    public virtual IReadOnlyList<string> AsUser => [];

    /// <summary>The user's environment.</summary>
    public virtual IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>();

    /// <summary>Hands a folder, with all that is in it, to the user.</summary>
    public virtual Task GiveAsync(string folder) => Task.CompletedTask;

    /// <summary>virsh; anything but exit code 0 fails the test.</summary>
    public async Task<string> VirshAsync(params string[] arguments) => (await TryVirshAsync(arguments).ConfigureAwait(false)).Succeeded();

    /// <summary>virsh, whatever its exit code.</summary>
    public Task<ToolResult> TryVirshAsync(params string[] arguments)
    {
        string[] words = [.. AsUser, "virsh", "-q", "-c", Uri, .. arguments];
        return Tool.TryAsync(words[0], words[1..], environment: Environment);
    }
}
