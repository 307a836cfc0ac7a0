using Holdfast.Api.Requests;

namespace Holdfast.Api.Items;

/// <summary>The one kind of thing that is backed up here, in Azure's words.</summary>
internal static class Kinds
{
    /// <summary>Key of filters.</summary>
    public const string ManagementType = "backupManagementType";

    /// <summary>Its only value here.</summary>
    public const string IaasVm = "AzureIaasVM";

    /// <summary>The type of items and containers.</summary>
    public const string VirtualMachines = "Microsoft.Compute/virtualMachines";

    /// <summary>The only fabric.</summary>
    public const string Fabric = "Azure";

    /// <summary>Whether a filter asks for VMs at all, or names no kind.</summary>
    public static bool Admits(ListFilter filter, string typeKey) =>
        filter.Admits(ManagementType, IaasVm) && (filter[typeKey] is null || filter.Admits(typeKey, "VM") || filter.Admits(typeKey, VirtualMachines));
}
