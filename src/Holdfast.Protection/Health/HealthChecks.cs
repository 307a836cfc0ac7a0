using Holdfast.Protection.Health.Checks;
using Holdfast.Protection.Health.Probes;

namespace Holdfast.Protection.Health;

/// <summary>All checks, in the order in which they are shown.</summary>
internal static class HealthChecks
{
    public static IReadOnlyList<HealthCheck<HostLook>> OfHost { get; } = [new LibvirtVersionCheck(), new ToolsCheck(), new ScratchCheck()];

    /// <summary>The layers of the way to an endpoint, in the order in which they are gone.</summary>
    public static IReadOnlyList<NetworkLayer> OfWay { get; } =
        [new NameLayer(), new RouteLayer(), new ConnectLayer(), new ProxyLayer(), new TlsLayer(), new AccessLayer(), new ClockLayer()];

    public static IReadOnlyList<HealthCheck<VmSubject>> OfVm { get; } =
    [
        new StateCheck(), new HaltedCheck(), new AgentChannelCheck(), new AgentAnswersCheck(), new AgentVersionCheck(), new AgentCommandsCheck(),
        new AgentOriginCheck(), new AgentUpdateCheck(), new FrozenCheck(), new MountsCheck(), new CleanFileSystemsCheck(), new ScriptsCheck(), new ProcessorCheck(),
        new MemoryCheck(), new DisksCheck(), new SecretsCheck(), new TpmCheck(), new OtherJobsCheck(), new LeftoversCheck(), new CheckpointsCheck(),
        new NetworksCheck(), new PoolsCheck(), new AddressesCheck(),
        new AgentServiceCheck(), new AgentFileCheck(), new VssProviderCheck(), new VssWritersCheck(), new ComPlusCheck(), new MsdtcCheck(), new BitLockerCheck(),
        new MachineKeysCheck(), new StrongCryptoCheck(), new VcRuntimeCheck(), new WindowsInstallerCheck(), new SqlCopyBackupCheck(),
    ];

    public static IReadOnlyList<HealthCheck<VaultLook>> OfVault(TimeProvider time) =>
        [new VaultOpensCheck(), new VaultWritableCheck(), new VaultSpaceCheck(), new VaultQuotaCheck(), new VaultClockCheck(time)];
}
