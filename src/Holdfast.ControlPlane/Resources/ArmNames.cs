using System.Diagnostics.CodeAnalysis;

namespace Holdfast.ControlPlane.Resources;

/// <summary>The names that Azure Backup gives to a VM's container and protected item.</summary>
public static class ArmNames
{
    private const string ContainerType = "IaasVMContainer";
    private const string ItemType = "VM";
    private const string Kind = "iaasvmcontainerv2";

    /// <summary>Name of a VM's container: <c>IaasVMContainer;iaasvmcontainerv2;GROUP;VM</c>.</summary>
    public static string Container(string resourceGroup, string vm) => $"{ContainerType};{Kind};{resourceGroup};{vm}";

    /// <summary>Name of a VM's protected item: <c>VM;iaasvmcontainerv2;GROUP;VM</c>.</summary>
    public static string Item(string resourceGroup, string vm) => $"{ItemType};{Kind};{resourceGroup};{vm}";

    /// <summary>The name that both share, without a type: <c>iaasvmcontainerv2;GROUP;VM</c>.</summary>
    public static string Native(string resourceGroup, string vm) => $"{Kind};{resourceGroup};{vm}";

    /// <summary>A VM's resource id.</summary>
    public static ArmId VirtualMachine(string subscription, string resourceGroup, string vm) =>
        ArmId.Parse($"/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines/{vm}");

    /// <summary>Takes a container's name apart.</summary>
    public static bool TryParseContainer(string? name, [NotNullWhen(true)] out string? resourceGroup, [NotNullWhen(true)] out string? vm) =>
        TryParse(name, ContainerType, out resourceGroup, out vm);

    /// <summary>Takes a protected item's name apart.</summary>
    public static bool TryParseItem(string? name, [NotNullWhen(true)] out string? resourceGroup, [NotNullWhen(true)] out string? vm) =>
        TryParse(name, ItemType, out resourceGroup, out vm);

    private static bool TryParse(string? name, string type, [NotNullWhen(true)] out string? resourceGroup, [NotNullWhen(true)] out string? vm)
    {
        (resourceGroup, vm) = (null, null);
        // A VM's name may hold semicolons itself: only the first three separate.
        if (name?.Split(';', 4) is not [var t, var kind, { Length: > 0 } group, { Length: > 0 } last]
            || !t.Equals(type, StringComparison.OrdinalIgnoreCase) || !kind.Equals(Kind, StringComparison.OrdinalIgnoreCase))
            return false;
        (resourceGroup, vm) = (group, last);
        return true;
    }
}
