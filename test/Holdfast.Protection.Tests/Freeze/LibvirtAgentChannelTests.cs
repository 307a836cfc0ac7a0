using Holdfast.GuestAgent;
using Holdfast.Protection.Guest;

namespace Holdfast.Protection.Tests.Freeze;

public sealed class LibvirtAgentChannelTests
{
    [Theory]
    [InlineData(86, "Guest agent is not responding: QEMU guest agent is not connected", false, GuestAgentErrorKind.NotConnected)]
    [InlineData(86, "Guest agent is not responding: Guest agent not available for now", false, GuestAgentErrorKind.Unresponsive)]
    [InlineData(86, "Guest agent is not responding: Guest agent disappeared while executing command", false, GuestAgentErrorKind.Unresponsive)]
    [InlineData(97, "guest agent replied with wrong id to guest-sync command", false, GuestAgentErrorKind.Unresponsive)]
    [InlineData(68, "Timed out during operation: cannot acquire state change lock", false, GuestAgentErrorKind.Unresponsive)]
    [InlineData(55, "Requested operation is not valid: domain is not running", false, GuestAgentErrorKind.DomainNotRunning)]
    [InlineData(42, "Domain not found", false, GuestAgentErrorKind.DomainNotRunning)]
    [InlineData(74, "argument unsupported: QEMU guest agent is not configured", false, GuestAgentErrorKind.NotConfigured)]
    [InlineData(38, "Cannot write data: Broken pipe", true, GuestAgentErrorKind.ChannelLost)]
    [InlineData(1, "internal error: client socket is closed", true, GuestAgentErrorKind.ChannelLost)]
    [InlineData(1, "internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': failed to freeze /data: Input/output error", false, GuestAgentErrorKind.GuestError)]
    [InlineData(1, "internal error: unable to execute QEMU agent command 'guest-exec': Command guest-exec has been disabled: the agent is in frozen state", false, GuestAgentErrorKind.FrozenState)]
    [InlineData(1, "internal error: unable to execute QEMU agent command 'guest-x': The command guest-x has not been found", false, GuestAgentErrorKind.CommandNotFound)]
    [InlineData(1, "internal error: No complete agent response found in 10485760 bytes", false, GuestAgentErrorKind.ProtocolError)]
    public void What_libvirt_says_decides_the_kind(int code, string message, bool connectionLost, GuestAgentErrorKind kind) =>
        Assert.Equal(kind, LibvirtAgentChannel.Translate(code, message, connectionLost, null).Kind);

    [Fact]
    public void The_guests_own_words_are_kept_apart_from_libvirts() =>
        Assert.Equal(new FreezeRefusal(FreezeRefusalStep.Freeze, "/data", "Input/output error"), FreezeRefusal.Parse(LibvirtAgentChannel.Translate(1,
            "internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': failed to freeze /data: Input/output error", false, null).GuestDescription!));
}
