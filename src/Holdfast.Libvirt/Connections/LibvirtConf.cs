using System.Text.RegularExpressions;

namespace Holdfast.Libvirt;

/// <summary>The one setting of libvirt's client configuration that decides where an empty URI leads.</summary>
internal static partial class LibvirtConf
{
    private const int FileBytesMax = 1024 * 1024;

    internal static string? DefaultUri()
    {
        var path = Environment.IsPrivilegedProcess
            ? "/etc/libvirt/libvirt.conf"
            : Path.Combine(ConfigHome(), "libvirt", "libvirt.conf");
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > FileBytesMax)
        {
            return null;
        }

        try
        {
            return DefaultUriOf(File.ReadAllText(path));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // As for libvirt's clients, an unreadable file is one without settings.
            return null;
        }
    }

    internal static string? DefaultUriOf(string conf)
    {
        var match = Setting().Match(conf);
        return match.Success ? match.Groups["uri"].Value : null;
    }

    private static string ConfigHome() => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } home
        ? home
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");

    [GeneratedRegex("""^[ \t]*uri_default[ \t]*=[ \t]*["'](?<uri>[^"'\r\n]+)["']""", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Setting();
}
