namespace Holdfast.Libvirt;

/// <summary>A libvirt connection URI, and what can be told from it without connecting.</summary>
/// <remarks>Rules: https://libvirt.org/uri.html. Anything that isn't plainly local counts as remote.</remarks>
public sealed class LibvirtUri : IEquatable<LibvirtUri>
{
    private const int LengthMax = 4096;

    private LibvirtUri(string text, string driver, string transport, string host, string path)
    {
        Text = text;
        Driver = driver;
        Transport = transport;
        Host = host;
        Path = path;
    }

    /// <summary>The system daemon's QEMU driver.</summary>
    public static LibvirtUri System { get; } = Parse("qemu:///system");

    /// <summary>The calling user's own QEMU driver.</summary>
    public static LibvirtUri Session { get; } = Parse("qemu:///session");

    /// <summary>The URI as given to libvirt.</summary>
    public string Text { get; }

    /// <summary>The driver, such as <c>qemu</c> or <c>test</c>; empty for an alias of libvirt.conf.</summary>
    public string Driver { get; }

    /// <summary>The transport after the driver's plus sign (<c>unix</c>, <c>ssh</c>, <c>tls</c>...); empty when none is named.</summary>
    public string Transport { get; }

    /// <summary>The host name; empty for this host.</summary>
    public string Host { get; }

    /// <summary>The path, such as <c>/system</c>.</summary>
    public string Path { get; }

    /// <summary>The URI names this host's own libvirt: a driver, no host, and no transport or <c>unix</c>.</summary>
    public bool IsLocal => Driver.Length > 0 && Host.Length == 0 && Transport is "" or "unix";

    /// <summary>The URI leads, or may lead, elsewhere (also an alias of libvirt.conf, which can stand for anything).</summary>
    public bool IsRemote => !IsLocal;

    /// <summary>The QEMU driver of the system daemon.</summary>
    public bool IsQemuSystem => Driver == "qemu" && Path == "/system";

    /// <summary>The QEMU driver of a user's session daemon.</summary>
    public bool IsQemuSession => Driver == "qemu" && Path == "/session";

    /// <summary>
    /// The URI to use: the one given, else LIBVIRT_DEFAULT_URI, else <c>uri_default</c> of libvirt.conf, else, as virsh has it,
    /// <c>qemu:///system</c> for root and <c>qemu:///session</c> for other users.
    /// </summary>
    /// <param name="given">What the caller was given; null or blank means 'the usual'.</param>
    public static LibvirtUri Resolve(string? given = null)
    {
        foreach (var candidate in (ReadOnlySpan<string?>)[given, Environment.GetEnvironmentVariable("LIBVIRT_DEFAULT_URI"), LibvirtConf.DefaultUri()])
        {
            if (!string.IsNullOrWhiteSpace(candidate))
            {
                return Parse(candidate.Trim());
            }
        }

        return Environment.IsPrivilegedProcess ? System : Session;
    }

    /// <summary>Takes a URI apart. Never fails on odd text: what can't be understood is not local.</summary>
    /// <param name="text">A URI or an alias; at most 4096 characters.</param>
    public static LibvirtUri Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (text.Length > LengthMax || text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A libvirt URI has at most 4096 characters and no NUL.", nameof(text));
        }

        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
        {
            return new LibvirtUri(text, "", "", "", text);
        }

        var scheme = text[..schemeEnd].ToLowerInvariant();
        var plus = scheme.IndexOf('+', StringComparison.Ordinal);
        var rest = text[(schemeEnd + 3)..];
        var hostEnd = rest.IndexOfAny(['/', '?', '#']);
        var host = hostEnd < 0 ? rest : rest[..hostEnd];
        var tail = hostEnd < 0 ? "" : rest[hostEnd..];
        var pathEnd = tail.IndexOfAny(['?', '#']);
        return new LibvirtUri(
            text,
            plus < 0 ? scheme : scheme[..plus],
            plus < 0 ? "" : scheme[(plus + 1)..],
            host,
            pathEnd < 0 ? tail : tail[..pathEnd]);
    }

    /// <inheritdoc />
    public bool Equals(LibvirtUri? other) => other is not null && Text == other.Text;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LibvirtUri);

    /// <inheritdoc />
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Text;
}
