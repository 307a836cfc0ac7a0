namespace Holdfast.Nbd;

/// <summary>How <see cref="NbdClient.WriteZeroesAsync"/> zeroes a range.</summary>
public enum NbdZeroing
{
    /// <summary>The server may punch a hole.</summary>
    MayPunchHole,

    /// <summary>The range stays allocated (NBD_CMD_FLAG_NO_HOLE).</summary>
    NoHole,
}
