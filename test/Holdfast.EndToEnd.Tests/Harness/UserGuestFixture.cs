namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A user's own libvirt, with a guest that runs in it.</summary>
public sealed class UserGuestFixture(Host host) : IAsyncLifetime
{
    /// <summary>The libvirt.</summary>
    public UserLibvirt Libvirt { get; private set; } = null!;

    /// <summary>The guest.</summary>
    public Guest Guest { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Libvirt = await UserLibvirt.StartAsync().ConfigureAwait(false);
        Guest = await Guest.BootAsync(host, GuestSpec.TwoDisks with { Libvirt = Libvirt }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Guest is not null)
            await Guest.DisposeAsync().ConfigureAwait(false);
        if (Libvirt is not null)
            await Libvirt.DisposeAsync().ConfigureAwait(false);
    }
}
