using System.Diagnostics;

namespace Holdfast.Protection.Freeze;

/// <summary>Starts guards as processes of the operating system.</summary>
public sealed class GuardProcessStarter(GuardCommand command) : IGuardStarter
{
    // A guard needs the way to libvirt and nothing secret: it inherits these and no more.
    private static readonly string[] Inherited =
        ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LD_LIBRARY_PATH"];

    /// <inheritdoc/>
    public IGuardProcess Start()
    {
        var start = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // Nothing reads it: but whoever reads the node's to its end mustn't wait for a guard that outlives the node.
            RedirectStandardError = true,
            WorkingDirectory = "/",
            UseShellExecute = false,
        };
        var own = start.Environment.ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in own)
        {
            if (Inherited.Contains(name) || name.StartsWith("DOTNET_", StringComparison.Ordinal) || name.StartsWith("LIBVIRT_", StringComparison.Ordinal)
                || name.StartsWith("HOLDFAST_GUARD_", StringComparison.Ordinal))
                start.Environment[name] = value;
        }
        return new Started(Process.Start(start) ?? throw new InvalidOperationException("The guard process did not start."));
    }

    private sealed class Started(Process process) : IGuardProcess
    {
        public ProcessIdentity Identity { get; } = ProcessIdentity.Of(process.Id) ?? ProcessIdentity.Dead(process.Id);

        public Stream Input => process.StandardInput.BaseStream;

        public Stream Output => process.StandardOutput.BaseStream;

        public bool HasExited => process.HasExited;

        public Task WaitForExitAsync(CancellationToken ct) => process.WaitForExitAsync(ct);

        public void Dispose()
        {
            process.StandardInput.BaseStream.Dispose();
            process.StandardOutput.BaseStream.Dispose();
            process.StandardError.BaseStream.Dispose();
            process.Dispose();
        }
    }
}
