using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>The root shell on a guest's serial console. The terminal stays open: QEMU reads only from one that is.</summary>
public sealed class GuestConsole : IAsyncDisposable
{
    private readonly FileStream _terminal;
    private readonly Guest _guest;

    private GuestConsole(Guest guest, FileStream terminal) => (_guest, _terminal) = (guest, terminal);

    /// <summary>Opens the console of a running guest.</summary>
    public static async Task<GuestConsole> OpenAsync(Guest guest)
    {
        var path = (await guest.Libvirt.VirshAsync("ttyconsole", guest.Name).ConfigureAwait(false)).Trim();
        var console = new GuestConsole(guest, new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0));
        await console.RunAsync("stty -echo 2>/dev/null").ConfigureAwait(false);
        return console;
    }

    /// <summary>Runs one line of shell and waits until it has ended.</summary>
    public async Task RunAsync(string line, int seconds = 60)
    {
        // The marker is put together by the guest's shell, so that the echo of the line doesn't count as its end.
        var marker = $"END-{Guid.NewGuid():N}";
        await SendAsync($"{line}; echo END-\"\"{marker[4..]}").ConfigureAwait(false);
        await Eventually.TrueAsync(
            $"'{line}' ended on the console of {_guest.Name}", () => _guest.ConsoleLog().Contains(marker, StringComparison.Ordinal), seconds)
            .ConfigureAwait(false);
    }

    /// <summary>Sends one line of shell and doesn't wait.</summary>
    public async Task SendAsync(string line) => await _terminal.WriteAsync(Encoding.ASCII.GetBytes(line + "\n")).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _terminal.DisposeAsync();
}
