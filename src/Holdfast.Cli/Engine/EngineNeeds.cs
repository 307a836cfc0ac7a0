namespace Holdfast.Cli.Engine;

/// <summary>What a command works on.</summary>
[Flags]
internal enum EngineNeeds
{
    /// <summary>The vault, which must be named.</summary>
    Vault = 1,

    /// <summary>The vault if one is named; else the command does with less.</summary>
    VaultIfNamed = 2,

    /// <summary>The host's libvirt.</summary>
    Host = 4,

    /// <summary>The host's libvirt if it can be reached, since it knows VMs by their present names; else the points tell the names.</summary>
    HostIfReachable = 16,

    /// <summary>A vault or a VM is changed: where a node serves the vault, the node does it.</summary>
    Owner = 32,

    /// <summary>Guests or images will be touched: what dead runs left behind is cleaned up first.</summary>
    Recovery = 8,
}
