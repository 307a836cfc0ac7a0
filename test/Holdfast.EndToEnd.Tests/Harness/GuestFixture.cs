namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A guest with an ext4 and an xfs disk, booted once for the tests of a class that leave it running.</summary>
public sealed class GuestFixture(Host host) : IAsyncLifetime
{
    /// <summary>The guest.</summary>
    public Guest Guest { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Guest = await Guest.BootAsync(host, GuestSpec.TwoDisks).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Guest is not null)
            await Guest.DisposeAsync().ConfigureAwait(false);
    }
}
