namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A guest to boot.</summary>
public sealed record GuestSpec(params DiskSpec[] Disks)
{
    /// <summary>Whether the domain has the agent's channel.</summary>
    public bool AgentChannel { get; init; } = true;

    /// <summary>More kernel arguments (guest.agent=off).</summary>
    public string KernelArguments { get; init; } = "";

    /// <summary>More elements of &lt;devices&gt;.</summary>
    public string DevicesXml { get; init; } = "";

    /// <summary>More elements of &lt;os&gt;.</summary>
    public string OsXml { get; init; } = "";

    /// <summary>The libvirt that runs it.</summary>
    public Libvirt Libvirt { get; init; } = Libvirt.System;

    /// <summary>An ext4 disk and an xfs disk.</summary>
    public static GuestSpec TwoDisks => new(DiskSpec.Ext4("vda"), DiskSpec.Xfs("vdb"));

    /// <summary>One small ext4 disk.</summary>
    public static GuestSpec OneDisk => new(DiskSpec.Ext4("vda"));
}
