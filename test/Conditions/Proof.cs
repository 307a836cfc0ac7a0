namespace Holdfast.Testing;

/// <summary>How a test shows that a condition is detected.</summary>
internal enum Proof
{
    /// <summary>The condition is made in a real guest, libvirt, store or network, and an ordinary command or request names it.</summary>
    Provocation,

    /// <summary>Recorded or constructed output of the real programs is read.</summary>
    Replay,
}
