using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.Cli.Invocation;
using Holdfast.Faults;
using Holdfast.Vault;

namespace Holdfast.Cli.Node;

/// <summary>The options that name a node and say how it is run; each can also be given by an environment variable, and the database by a systemd credential.</summary>
internal sealed class NodeOptions
{
    /// <summary>The most jobs that run at once on a host.</summary>
    public const int JobsMax = 64;

    private const int DatabaseFileCharsMax = 4096;
    private const string DatabaseCredential = "holdfast-database";

    public Option<string?> Database { get; } = new("--database")
    {
        Description = "PostgreSQL connection string without a password, or path of an SQLite file (or HOLDFAST_DATABASE); control.db in the data folder if not given",
        HelpName = "DATABASE",
    };

    public Option<string?> DatabaseFile { get; } = new("--database-file")
    {
        Description = "File whose first line is the connection string: for one with a password", HelpName = "FILE",
    };

    public Option<string[]> Listen { get; } = new("--listen")
    {
        Description = "Address and port to listen on, such as 127.0.0.1:8443, [::1]:8443 or *:8443; may be given several times (or HOLDFAST_LISTEN)",
        HelpName = "ADDRESS:PORT",
    };

    public Option<string?> PublicUrl { get; } = new("--public-url")
    {
        Description = "Address that clients reach the node by, if it isn't the one that they name (or HOLDFAST_PUBLIC_URL)", HelpName = "URL",
    };

    public Option<string[]> Proxy { get; } = new("--proxy")
    {
        Description = "Address or network of a front end whose X-Forwarded-* headers are believed; may be given several times (or HOLDFAST_PROXIES); nobody's if not given",
        HelpName = "ADDRESS",
    };

    public Option<string?> Certificate { get; } = new("--certificate")
    {
        Description = "Server certificate and its chain, PEM; a certificate of the node's own authority if not given", HelpName = "FILE",
    };

    public Option<string?> Key { get; } = new("--key") { Description = "Private key of --certificate, PEM", HelpName = "FILE" };

    public Option<string?> NodeName { get; } = new("--node-name")
    {
        Description = "Name of this node, unlike every other's on the same database (or HOLDFAST_NODE_NAME); the host's name if not given", HelpName = "NAME",
    };

    public Option<string?> Vaults { get; } = new("--vaults")
    {
        Description = "Folder or URL below which new vaults are made (or HOLDFAST_VAULTS); shared by nodes that share vaults", HelpName = "PLACE",
    };

    public Option<string?> Keys { get; } = new("--keys")
    {
        Description = "Folder of the keys of vaults and node (or HOLDFAST_KEYS); keys in the data folder if not given", HelpName = "DIR",
    };

    public Option<int?> JobsPerHost { get; } = new("--jobs-per-host") { Description = "Jobs that run at once on a host that says nothing else; 4 if not given", HelpName = "N", CustomParser = Commands.Parsers.OptionalNumber(1, JobsMax) };

    public Option<string?> Alerts { get; } = new("--alerts")
    {
        Description = "File that says who is told of alerts, and how (or HOLDFAST_ALERTS); they are only kept and logged if not given", HelpName = "FILE",
    };

    public Option<string?> Traces { get; } = new("--traces")
    {
        Description = "Base address of an OpenTelemetry collector that takes traces by OTLP over HTTP (or HOLDFAST_TRACES); none are sent if not given", HelpName = "URL",
    };

    public Option<string?> Log { get; } = new("--log")
    {
        Description = "Form of the log on standard error; journal under systemd and text elsewhere if not given", HelpName = "text|json|journal",
    };

    public Option<string?> PreCheckInterval { get; } = new("--precheck-interval")
    {
        Description = "How often each protected VM is examined beforehand, 10s to 7d (or HOLDFAST_PRECHECK_INTERVAL); 1h if not given", HelpName = "TIME",
    };

    public Option<string?> PreCheckJitter { get; } = new("--precheck-jitter")
    {
        Description = "Up to this is added at random to each --precheck-interval, 0s to 1d (or HOLDFAST_PRECHECK_JITTER); 10m if not given", HelpName = "TIME",
    };

    public Option<bool> PreCheckGuestPrograms { get; } = new("--precheck-guest-programs")
    {
        Description = "Let examinations beforehand run stat, readlink, dpkg-query and rpm in guests; else they only use the VM agent's own reading commands",
    };

    public Option<string?> BackupSlowAfter { get; } = new("--backup-slow-after")
    {
        Description = "Backups that take longer are told as slow, with the reasons, 1s to 30d (or HOLDFAST_BACKUP_SLOW_AFTER); 12h if not given", HelpName = "TIME",
    };

    public Option<string?> RestoreSlowAfter { get; } = new("--restore-slow-after")
    {
        Description = "Restores that take longer are told as slow, with the reasons, 1s to 30d (or HOLDFAST_RESTORE_SLOW_AFTER); 6h if not given", HelpName = "TIME",
    };

    public NodeOptions() => Log.AcceptOnlyFromAmong("text", "json", "journal");

    /// <summary>The options of commands that work on a node's database.</summary>
    public IEnumerable<Symbol> OfDatabase => [Database, DatabaseFile];

    /// <summary>The options of a node that is run.</summary>
    public IEnumerable<Symbol> All => [Listen, Database, DatabaseFile, PublicUrl, Proxy, Certificate, Key, NodeName, Vaults, Keys, JobsPerHost, Alerts, Traces, Log,
        PreCheckInterval, PreCheckJitter, PreCheckGuestPrograms, BackupSlowAfter, RestoreSlowAfter];

    /// <summary>What command line and environment ask for.</summary>
    /// <exception cref="FaultException">A value can't be used.</exception>
    public NodeSettings Read(CommandRun run)
    {
        string? Env(string name) => run.Terminal.Variable(name) is { Length: > 0 } value ? value : null;
        var listen = run.Line.GetValue(Listen) is { Length: > 0 } given ? given : Env("HOLDFAST_LISTEN")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var certificate = run.Value(Certificate);
        var key = run.Value(Key);
        if (certificate is null != key is null)
            throw NodeFaults.SettingInvalid(certificate is null ? "--certificate" : "--key", "--certificate and --key go together").ToException();
        var settings = new NodeSettings
        {
            DataFolder = Path.GetFullPath(run.Settings.DataFolder ?? throw NodeFaults.SettingInvalid("--data", "the node's data folder must be named").ToException()),
            Database = ReadDatabase(run, Env("HOLDFAST_DATABASE"), Env("CREDENTIALS_DIRECTORY")),
            PublicUrl = ReadUrl(run.Value(PublicUrl) ?? Env("HOLDFAST_PUBLIC_URL")),
            Proxies = [.. (run.Line.GetValue(Proxy) is { Length: > 0 } proxies ? proxies : Env("HOLDFAST_PROXIES")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []).Select(ReadProxy)],
            CertificatePath = Full(certificate),
            KeyPath = Full(key),
            NodeName = ReadName(run.Value(NodeName) ?? Env("HOLDFAST_NODE_NAME")),
            VaultsFolder = (run.Value(Vaults) ?? Env("HOLDFAST_VAULTS")) is { } vaults ? StorePlaces.Full(vaults) : null,
            KeysFolder = Full(run.Value(Keys) ?? Env("HOLDFAST_KEYS")),
            JobsPerHostMax = run.Value(JobsPerHost) is { } jobs
                ? jobs is >= 1 and <= JobsMax ? jobs : throw NodeFaults.SettingInvalid("--jobs-per-host", $"a number from 1 to {JobsMax} is needed").ToException()
                : 4,
            LibvirtUri = run.Settings.Connect,
            AlertsPath = Full(run.Value(Alerts) ?? Env("HOLDFAST_ALERTS")),
            Traces = ReadTraces(run.Value(Traces) ?? Env("HOLDFAST_TRACES")),
            PreCheckInterval = ReadSpan(run, PreCheckInterval, "HOLDFAST_PRECHECK_INTERVAL", TimeSpan.FromSeconds(10), TimeSpan.FromDays(7)),
            PreCheckJitter = ReadSpan(run, PreCheckJitter, "HOLDFAST_PRECHECK_JITTER", TimeSpan.Zero, TimeSpan.FromDays(1)),
            PreCheckRunsGuestPrograms = run.Value(PreCheckGuestPrograms),
            BackupSlowAfter = ReadSpan(run, BackupSlowAfter, "HOLDFAST_BACKUP_SLOW_AFTER", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            RestoreSlowAfter = ReadSpan(run, RestoreSlowAfter, "HOLDFAST_RESTORE_SLOW_AFTER", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            Log = run.Value(Log) switch { "json" => LogFormat.Json, "journal" => LogFormat.Journal, "text" => LogFormat.Text, _ => Env("JOURNAL_STREAM") is null ? LogFormat.Text : LogFormat.Journal },
        };
        return listen is null ? settings : settings with { Listen = [.. listen.Select(ReadEndpoint)] };
    }

    private string? ReadDatabase(CommandRun run, string? variable, string? credentials)
    {
        var file = run.Value(DatabaseFile);
        if (file is null && credentials is not null && Path.Combine(credentials, DatabaseCredential) is var path && File.Exists(path))
            file = path;
        if (file is not null)
        {
            try
            {
                var line = File.ReadLines(file).FirstOrDefault()?.Trim() ?? "";
                return line.Length is > 0 and <= DatabaseFileCharsMax ? line : throw NodeFaults.SettingInvalid("--database-file", "its first line must be a connection string").ToException();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw NodeFaults.SettingInvalid("--database-file", e.Message).ToException(e);
            }
        }

        // What stands on a command line can be read by everybody on the machine.
        if (run.Value(Database) is { } given)
        {
            return HasPassword(given) ? throw NodeFaults.SettingInvalid("--database", "a password doesn't belong on a command line: use --database-file").ToException() : given;
        }

        return variable;
    }

    private static bool HasPassword(string connection)
    {
        if (!connection.Contains('=', StringComparison.Ordinal))
            return false;
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            return parts.ContainsKey("Password") || parts.ContainsKey("Pwd") || parts.ContainsKey("PSW");
        }
        catch (ArgumentException e)
        {
            throw NodeFaults.SettingInvalid("--database", "this is no connection string").ToException(e);
        }
    }

    private static IPEndPoint ReadEndpoint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535)
        {
            var address = text[..colon] switch { "*" => IPAddress.IPv6Any, "localhost" => IPAddress.Loopback, ['[', .. var inner, ']'] => Parse(inner), var plain => Parse(plain) };
            if (address is not null)
                return new IPEndPoint(address, port);
        }

        throw NodeFaults.SettingInvalid("--listen", $"'{text}' isn't an address with a port, such as 127.0.0.1:8443").ToException();

        static IPAddress? Parse(string part) => IPAddress.TryParse(part, out var address) ? address : null;
    }

    private static IPNetwork ReadProxy(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0
            ? network : throw NodeFaults.SettingInvalid("--proxy", $"'{text}' isn't an address or a network, such as 192.0.2.1 or 192.0.2.0/24").ToException();
    }

    private static Uri? ReadUrl(string? text)
    {
        if (text is null)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.AbsolutePath == "/" && url.Query.Length == 0 && url.UserInfo.Length == 0
            ? url
            : throw NodeFaults.SettingInvalid("--public-url", "it has the form https://HOST:PORT").ToException();
    }

    private static Uri? ReadTraces(string? text)
    {
        if (text is null)
            return null;
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.Query.Length == 0 && url.UserInfo.Length == 0
            ? url
            : throw NodeFaults.SettingInvalid("--traces", "it has the form http://HOST:PORT").ToException();
    }

    private static TimeSpan? ReadSpan(CommandRun run, Option<string?> option, string variable, TimeSpan min, TimeSpan max)
    {
        if ((run.Value(option) ?? run.Terminal.Variable(variable)) is not { Length: > 0 } text)
            return null;
        if (int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            TimeSpan? span = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(count), 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count),
                'd' when count <= max.TotalDays => TimeSpan.FromDays(count), _ => null,
            };
            if (span >= min && span <= max)
                return span;
        }

        throw NodeFaults.SettingInvalid(option.Name, $"a time such as 90s, 15m, 6h or 1d is needed, from {Words(min)} to {Words(max)}").ToException();

        static string Words(TimeSpan span) => span.TotalDays >= 1 ? $"{span.Days}d" : $"{span.Seconds}s";
    }

    private static string? ReadName(string? name) =>
        name is null || (name.Length <= 120 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
            ? name
            : throw NodeFaults.SettingInvalid("--node-name", "letters, digits, '-', '.' and '_' are allowed").ToException();

    private static string? Full(string? path) => path is null ? null : Path.GetFullPath(path);
}
