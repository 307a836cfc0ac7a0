using System.Text.RegularExpressions;

namespace Holdfast.Protection.Health.Network;

/// <summary>Looks for proxy servers that this machine's other programs are told to use: a node that was given none may have been forgotten.</summary>
internal static partial class MachineProxies
{
    private const int FileBytesMax = 64 * 1024;
    private const int FilesMax = 64;
    private const int ProxiesMax = 3;
    private static readonly string[] Files = ["/etc/environment", "/etc/apt/apt.conf", "/etc/dnf/dnf.conf", "/etc/yum.conf", "/etc/sysconfig/proxy", "/etc/wgetrc"];
    private static readonly (string Folder, string Pattern)[] Folders = [("/etc/apt/apt.conf.d", "*"), ("/etc/profile.d", "*.sh"), ("/etc/environment.d", "*.conf")];

    public static IReadOnlyList<Uri> Find() =>
        [.. Files.Concat(Folders.SelectMany(f => List(f.Folder, f.Pattern))).Take(FilesMax).SelectMany(f => In(Read(f))).Distinct().Take(ProxiesMax)];

    /// <summary>Proxy servers that the text of a settings file names; comments don't count.</summary>
    internal static IEnumerable<Uri> In(string text) => text.Split('\n')
        .Where(line => line.TrimStart() is not ['#' or ';', ..] && !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
        .Select(line => Setting().Match(line)).Where(m => m.Success)
        .Select(m => Uri.TryCreate(m.Groups["address"].Value, UriKind.Absolute, out var uri) ? uri : null).OfType<Uri>();

    // HTTPS_PROXY=http://proxy:3128, export http_proxy="http://proxy:3128", proxy=http://proxy:3128, Acquire::http::Proxy "http://proxy:3128";
    [GeneratedRegex("""(?:^|[^\w])(?:https?_proxy|all_proxy|proxy|Acquire::https?::Proxy)\s*[= ]\s*["']?(?<address>http://[^\s"';]+)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();

    private static IEnumerable<string> List(string folder, string pattern)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).Take(FilesMax)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.Exists(path) && new FileInfo(path).Length <= FileBytesMax ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
