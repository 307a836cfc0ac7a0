using System.Globalization;

namespace Holdfast.Libvirt;

/// <summary>Where the sockets and scratch files of backup jobs lie, so that QEMU may use them: file owner, mode and AppArmor's profile.</summary>
/// <remarks>
/// INV-9. System: a scratch root (default /var/lib/libvirt/holdfast, root's, 0711) with a folder per run (0700, QEMU's user's from the hand-over on); libvirt adds each
/// scratch file to the domain's AppArmor profile. It adds no socket, so the socket lies in the folder that libvirt made for the running domain
/// (/var/lib/libvirt/qemu/domain-ID-NAME), which the profile allows. Session: QEMU is the calling user's own process and isn't confined;
/// scratch files go below XDG_CACHE_HOME, as XDG_RUNTIME_DIR is memory; the socket goes below XDG_RUNTIME_DIR, whose path is short.
/// </remarks>
public sealed class QemuRuntimePaths
{
    /// <summary>The scratch root of the system daemon's domains.</summary>
    public const string SystemScratchRoot = "/var/lib/libvirt/holdfast";

    /// <summary>libvirt's own folder of running domains.</summary>
    private const string SystemDomainRoot = "/var/lib/libvirt/qemu";

    // sockaddr_un has 108 bytes with the closing NUL.
    private const int SocketPathBytesMax = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly (uint UserId, uint GroupId)? _identity;
    private readonly bool _isSystem;

    private QemuRuntimePaths(string scratchRoot, string? domainRoot, bool isSystem, (uint UserId, uint GroupId)? identity)
    {
        ScratchRoot = scratchRoot;
        DomainRoot = domainRoot;
        _isSystem = isSystem;
        _identity = identity;
    }

    /// <summary>The folder that holds the folders of runs.</summary>
    public string ScratchRoot { get; }

    /// <summary>The user that QEMU runs as; null when it is the caller's own.</summary>
    public uint? QemuUserId => _identity?.UserId;

    /// <summary>The group that QEMU runs as; null when it is the caller's own.</summary>
    public uint? QemuGroupId => _identity?.GroupId;

    private string? DomainRoot { get; }

    /// <summary>The paths for a connection.</summary>
    /// <param name="connection">A local QEMU connection.</param>
    /// <param name="scratchRoot">Another scratch root; null or blank for the default.</param>
    public static QemuRuntimePaths For(LibvirtConnection connection, string? scratchRoot = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var root = string.IsNullOrWhiteSpace(scratchRoot) ? null : Path.GetFullPath(scratchRoot);
        if (connection.Uri.IsQemuSession)
        {
            return new QemuRuntimePaths(root ?? Path.Combine(CacheHome(), "holdfast", "scratch"), null, isSystem: false, identity: null);
        }

        return new QemuRuntimePaths(root ?? SystemScratchRoot, SystemDomainRoot, isSystem: true, connection.GetCapabilities().QemuIdentity());
    }

    /// <summary>Bytes free for scratch files, for whoever isn't root.</summary>
    public long GetAvailableBytes() => new DriveInfo(NearestExisting(ScratchRoot)).AvailableFreeSpace;

    /// <summary>
    /// The first folder on the way to the scratch root that QEMU's user can't pass through, as owner, group and mode tell; null when
    /// nothing is in the way. To be asked before a virtual machine is touched.
    /// </summary>
    public string? FindObstacle()
    {
        if (!_isSystem || _identity is not { } identity || identity.UserId == 0)
        {
            return null;
        }

        for (var folder = NearestExisting(ScratchRoot); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!UnixAccess.CanTraverse(folder, identity.UserId, identity.GroupId))
            {
                return folder;
            }
        }

        return null;
    }

    /// <summary>Creates the folder of a run. It is the caller's own until <see cref="QemuRunFolder.HandOver()"/>.</summary>
    /// <param name="domain">The running domain.</param>
    /// <param name="runName">A name that no other run has; letters, digits, dash, dot and underscore.</param>
    public QemuRunFolder CreateRunFolder(Domain domain, string runName)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (runName is not { Length: > 0 and <= 64 } || runName[0] == '.' || runName.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')))
        {
            throw new ArgumentException("A run's name has 1 to 64 letters, digits, dashes, dots or underscores.", nameof(runName));
        }

        var rootMode = _isSystem ? OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : OwnerOnly;
        Directory.CreateDirectory(ScratchRoot, rootMode);
        var folder = Path.Combine(ScratchRoot, runName);
        if (Path.Exists(folder))
        {
            throw new IOException($"The run folder '{folder}' exists already.");
        }

        Directory.CreateDirectory(folder, OwnerOnly);
        // Not left to the umask.
        File.SetUnixFileMode(folder, OwnerOnly);
        var socket = Path.Combine(SocketFolder(domain) ?? folder, $"holdfast-{runName}.sock");
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > SocketPathBytesMax)
        {
            Directory.Delete(folder);
            throw new IOException($"The socket's path '{socket}' is longer than {SocketPathBytesMax} bytes.");
        }

        return new QemuRunFolder(folder, socket, _isSystem ? _identity : null);
    }

    /// <summary>The folders of runs that are there, also of runs that died.</summary>
    public IReadOnlyList<string> ListRunNames() =>
        Directory.Exists(ScratchRoot) ? [.. Directory.EnumerateDirectories(ScratchRoot).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Removes what a dead run left. Only once its backup job is known to be over.</summary>
    /// <param name="runName">One of <see cref="ListRunNames"/>.</param>
    public void DeleteRunFolder(string runName)
    {
        if (runName != Path.GetFileName(runName) || runName is "" or "." or "..")
        {
            throw new ArgumentException("Not a run's name.", nameof(runName));
        }

        new QemuRunFolder(Path.Combine(ScratchRoot, runName), socketPath: null).Dispose();
    }

    private static string CacheHome() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static string NearestExisting(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }

        return path;
    }

    private string? SocketFolder(Domain domain)
    {
        if (!_isSystem)
        {
            return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
                ? Directory.CreateDirectory(Path.Combine(runtime, "holdfast"), OwnerOnly).FullName
                : null;
        }

        // libvirt shortens the name in ways of its own; the id alone is unique among running domains.
        var prefix = string.Create(CultureInfo.InvariantCulture, $"domain-{domain.Id}-");
        return DomainRoot is not null && domain.Id is not null && Directory.Exists(DomainRoot)
            ? Directory.EnumerateDirectories(DomainRoot, prefix + "*").FirstOrDefault()
            : null;
    }
}
