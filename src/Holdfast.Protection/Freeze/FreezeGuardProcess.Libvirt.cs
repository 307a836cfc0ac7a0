namespace Holdfast.Protection.Freeze;

public static partial class FreezeGuardProcess
{
    /// <summary>What the hidden command <c>holdfast guard</c> runs, on its standard streams, and before any other signal handling is set up.</summary>
    /// <returns>The exit code: 0 unless no guard could be armed.</returns>
    public static Task<int> RunAsync(Stream input, Stream output, CancellationToken ct) =>
        RunAsProcessAsync(input, output, LibvirtGuardedGuestConnector.Instance, ct);
}
