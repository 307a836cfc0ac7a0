using Holdfast.Libvirt;
using Holdfast.Vault;
using Microsoft.Extensions.Logging;

namespace Holdfast.Protection.Node;

/// <summary>What the engine's services work with. Built once by whoever composes the program.</summary>
public sealed record EngineContext
{
    /// <summary>The open vault; null for commands that need none (listing VMs without points).</summary>
    public BackupVault? Vault { get; init; }

    /// <summary>The id that whoever composes the program knows the vault by, where that isn't the vault's own: a node's folder and lists have it. Null for none.</summary>
    public VaultId? VaultAlias { get; init; }

    /// <summary>The connection to the host's libvirt; null for commands that need none (points, disk images).</summary>
    public LibvirtConnection? Host { get; init; }

    /// <summary>The node's folders.</summary>
    public required NodePaths Paths { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The gate of external effects.</summary>
    public EffectGate Effects { get; init; } = EffectGate.Open;

    /// <summary>Told what a run is about to do, where other nodes may have to clean up after it; null where this node works alone.</summary>
    public IRunJournal? Journal { get; init; }

    /// <summary>The log.</summary>
    public ILoggerFactory Logs { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    /// <summary>The vault, where a service can't do without.</summary>
    public BackupVault RequiredVault => Vault ?? throw new InvalidOperationException("This operation needs a vault.");

    /// <summary>The host, where a service can't do without.</summary>
    public LibvirtConnection RequiredHost => Host ?? throw new InvalidOperationException("This operation needs a connection to libvirt.");
}
