using Holdfast.ControlPlane;

namespace Holdfast.Cli.Node;

/// <summary>From the settings of the command line to what the control plane takes.</summary>
internal static class NodeSettingsExtensions
{
    public static ControlPlaneOptions ToOptions(this NodeSettings settings)
    {
        var options = new ControlPlaneOptions
        {
            DataFolder = settings.DataFolder,
            Database = settings.Database,
            PublicUrl = settings.PublicUrl,
            VaultsFolder = settings.VaultsFolder,
            KeysFolder = settings.KeysFolder,
            JobsPerHostMax = settings.JobsPerHostMax,
        };
        options = options with
        {
            PreCheckInterval = settings.PreCheckInterval ?? options.PreCheckInterval,
            PreCheckJitter = settings.PreCheckJitter ?? options.PreCheckJitter,
            PreCheckRunsGuestPrograms = settings.PreCheckRunsGuestPrograms,
            BackupSlowAfter = settings.BackupSlowAfter ?? options.BackupSlowAfter,
            RestoreSlowAfter = settings.RestoreSlowAfter ?? options.RestoreSlowAfter,
        };
        options = settings.NodeName is { } name ? options with { NodeName = name } : options;
        return settings.LibvirtUri is { } uri ? options with { LocalHostUri = uri } : options;
    }
}
