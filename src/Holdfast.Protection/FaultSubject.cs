using Holdfast.Protection.Points;

namespace Holdfast.Protection;

/// <summary>What an operation is about: the names that a fault's text needs and a lower room's exception doesn't know.</summary>
public sealed record FaultSubject
{
    /// <summary>An operation on the vault as a whole.</summary>
    public static FaultSubject Vault { get; } = new();

    /// <summary>Name of the VM or image; "" where none is concerned.</summary>
    public string Vm { get; init; } = "";

    /// <summary>Id of the recovery point; "" where none is concerned.</summary>
    public string Point { get; init; } = "";

    /// <summary>Target name of the disk; "" where none is concerned.</summary>
    public string Disk { get; init; } = "";

    /// <summary>The file or folder that is read or written on the host; null where none is concerned.</summary>
    public string? Path { get; init; }

    /// <summary>Whether <see cref="Path"/> is written (a restored image) rather than read.</summary>
    public bool IsTarget { get; init; }

    /// <summary>What is being done, in a few English words ("start the VM").</summary>
    public string Operation { get; init; } = "";

    /// <summary>Where the vault is, for people.</summary>
    public string VaultPlace { get; init; } = "";

    /// <summary>An operation on a point.</summary>
    public static FaultSubject Of(RecoveryPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return new() { Vm = point.Details.Name, Point = point.Id.ToString(), VaultPlace = point.Stored.VaultId.ToString() };
    }

    /// <summary>An operation on a VM.</summary>
    public static FaultSubject OfVm(string vm, string operation = "") => new() { Vm = vm, Operation = operation };
}
