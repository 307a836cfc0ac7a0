using System.Globalization;
using System.Text;
using Holdfast.Faults;
using Holdfast.GuestAgent;

namespace Holdfast.Protection.Health.Checks;

/// <summary>The guest's mounts, as its kernel lists them for the agent: no device twice, none hidden below another.</summary>
internal sealed class MountsCheck() : HealthCheck<VmSubject>(HealthArea.FileSystems, "mounts", HealthNeeds.Agent | HealthNeeds.Unix)
{
    internal const int MountsBytesMax = 1 << 20;
    internal const string MountsFile = "/proc/self/mountinfo";

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if (await ReadAsync(subject, ct).ConfigureAwait(false) is not { } table)
            return [HealthFinding.Unknown($"{MountsFile} can't be read")];
        var findings = new List<HealthFinding>();
        findings.AddRange(table.Duplicates().Select(d => HealthFinding.Of(
            $"{d.Device} at {string.Join(' ', d.Mounts)}", HealthFaults.DuplicateMounts(subject.Name, d.Device, d.Mounts))));
        findings.AddRange(table.Hidden().Select(m => HealthFinding.Of(
            $"{m.Point} is hidden", AgentFaults.UnableToOpenMount(subject.Name, m.Point))));
        return findings.Count > 0 ? findings : [HealthFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{table.Freezable.Count} that can be frozen"))];
    }

    internal static async Task<MountTable?> ReadAsync(VmSubject subject, CancellationToken ct)
    {
        try
        {
            return MountTable.Parse(Encoding.UTF8.GetString(await subject.Probe.Agent.ReadFileAsync(MountsFile, MountsBytesMax, ct).ConfigureAwait(false)));
        }
        catch (GuestAgentException)
        {
            return null;
        }
    }
}

/// <summary>The guest's file systems have no errors on record, as their kernel tells. A file system with errors refuses the freeze sooner or later.</summary>
internal sealed class CleanFileSystemsCheck() : HealthCheck<VmSubject>(HealthArea.FileSystems, "clean", HealthNeeds.Agent | HealthNeeds.Unix)
{
    private const int FileSystemsMax = 64;

    public override async Task<IReadOnlyList<HealthFinding>> RunAsync(VmSubject subject, CancellationToken ct)
    {
        if (await MountsCheck.ReadAsync(subject, ct).ConfigureAwait(false) is not { } table)
            return [HealthFinding.Unknown($"{MountsCheck.MountsFile} can't be read")];
        var findings = new List<HealthFinding>();
        foreach (var mount in table.Freezable.DistinctBy(m => m.DeviceNumber).Take(FileSystemsMax))
        {
            var errors = mount.Type.StartsWith("ext", StringComparison.Ordinal) ? await ErrorsAsync(subject.Probe.Agent, mount, ct).ConfigureAwait(false) : 0;
            // A kernel that met errors makes a file system read-only beneath a mount that isn't.
            var state = errors > 0 ? string.Create(CultureInfo.InvariantCulture, $"clean with errors ({errors})")
                : mount.IsFileSystemReadOnly && !mount.IsMountReadOnly ? "read-only after errors" : null;
            if (state is not null)
                findings.Add(HealthFinding.Of($"{mount.Point}: {state}", HealthFaults.FileSystemUnclean(subject.Name, mount.Point, mount.Source, state)));
        }

        return findings.Count > 0 ? findings : [HealthFinding.Passed("no errors on record")];
    }

    // ext4 keeps the count in its superblock and shows it in sysfs; older kernels don't, and then nothing is known against it.
    private static async Task<long> ErrorsAsync(GuestAgentClient agent, GuestMount mount, CancellationToken ct)
    {
        var device = mount.Source[(mount.Source.LastIndexOf('/') + 1)..];
        try
        {
            var text = Encoding.ASCII.GetString(await agent.ReadFileAsync($"/sys/fs/ext4/{device}/errors_count", 4096, ct).ConfigureAwait(false));
            return long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
        }
        catch (GuestAgentException e) when (e.Kind is GuestAgentErrorKind.GuestError)
        {
            return 0;
        }
    }
}
