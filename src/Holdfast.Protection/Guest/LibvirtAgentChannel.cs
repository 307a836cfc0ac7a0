using System.Text.RegularExpressions;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Guest;

/// <summary>A guest's agent, reached through libvirt. The domain's own agent time-out isn't touched: each command brings its own.</summary>
/// <remarks>libvirt wakes the agent by a guest-sync before each command, and turns an error that the guest reports into one of its own, of which
/// only the description is left. Its numbers: 86 (no answer, or not connected), 97 (answer to another question).</remarks>
public sealed partial class LibvirtAgentChannel(Domain domain) : IGuestAgentChannel
{
    // Numbers newer than the library this is built against (libvirt 11): a command's time-out, and a failure that the guest reports.
    private const int AgentCommandTimeout = 112;
    private const int AgentCommandFailed = 113;

    /// <inheritdoc/>
    public async Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            return await domain.AgentCommandAsync(commandJson, Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds)), ct);
        }
        catch (LibvirtException e)
        {
            throw Translate((int)e.Code, e.Message, e.IsConnectionLost, e);
        }
        catch (ObjectDisposedException e)
        {
            throw new GuestAgentException(GuestAgentErrorKind.ChannelLost, "The connection to libvirt is closed.", e);
        }
    }

    internal static GuestAgentException Translate(int code, string message, bool connectionLost, Exception? inner)
    {
        if (connectionLost)
            return Of(GuestAgentErrorKind.ChannelLost);
        // "unable to execute QEMU agent command 'guest-x': DESCRIPTION"; the words before may be translated, the quoted name isn't.
        if ((code is (int)LibvirtErrorCode.InternalError or AgentCommandFailed) && GuestsOwn().Match(message) is { Success: true } own)
            return GuestAgentException.FromGuest(null, own.Groups["description"].Value);
        return Of(code switch
        {
            (int)LibvirtErrorCode.AgentUnresponsive => message.Contains("not connected", StringComparison.OrdinalIgnoreCase)
                ? GuestAgentErrorKind.NotConnected : GuestAgentErrorKind.Unresponsive,
            (int)LibvirtErrorCode.AgentUnsynced or AgentCommandTimeout or (int)LibvirtErrorCode.OperationTimeout => GuestAgentErrorKind.Unresponsive,
            (int)LibvirtErrorCode.ArgumentUnsupported or (int)LibvirtErrorCode.ConfigUnsupported => GuestAgentErrorKind.NotConfigured,
            (int)LibvirtErrorCode.OperationInvalid or (int)LibvirtErrorCode.NoDomain => GuestAgentErrorKind.DomainNotRunning,
            (int)LibvirtErrorCode.InternalError or AgentCommandFailed => GuestAgentErrorKind.ProtocolError,
            _ => GuestAgentErrorKind.ChannelLost,
        });

        GuestAgentException Of(GuestAgentErrorKind kind) => new(kind, GuestText.Clean(message, 1024), inner);
    }

    [GeneratedRegex(@"'guest-[a-z-]{1,64}'\p{P}?\s*(?<description>.+)$", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex GuestsOwn();
}
