namespace Holdfast.Vault;

/// <summary>
/// The variables that tell remote stores who asks, by the names that their own tools use: from a file that only its owner can read, and else from the
/// environment. They stay in memory: none is ever written, logged or put into a message.
/// </summary>
public sealed class StoreCredentials
{
    /// <summary>The variable that names the file.</summary>
    public const string FileVariable = "HOLDFAST_STORE_CREDENTIALS";

    /// <summary>The variable that says how firmly stores retain objects: COMPLIANCE (nobody can end it early, the default) or GOVERNANCE.</summary>
    public const string LockModeVariable = "HOLDFAST_OBJECT_LOCK_MODE";

    private const int FileBytesMax = 64 << 10;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly IReadOnlyDictionary<string, string> _values;

    private StoreCredentials(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>No variables.</summary>
    public static StoreCredentials None { get; } = new(new Dictionary<string, string>());

    /// <summary>The variables that are taken from the environment.</summary>
    public static IReadOnlyList<string> Variables { get; } =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AWS_CA_BUNDLE", "AZURE_STORAGE_CA_BUNDLE", LockModeVariable,
    ];

    /// <summary>Those of <see cref="Variables"/> that are secrets: a program takes them out of its environment, so that what it starts doesn't get them.</summary>
    public static IReadOnlyList<string> SecretVariables { get; } =
        ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_CLIENT_SECRET"];

    /// <summary>Whether retention is to be such that accounts with a right of their own can end it.</summary>
    public bool IsGovernance => string.Equals(this[LockModeVariable], "GOVERNANCE", StringComparison.OrdinalIgnoreCase);

    /// <summary>A variable's value; null if it isn't set.</summary>
    public string? this[string name] => _values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>These values.</summary>
    public static StoreCredentials Of(IReadOnlyDictionary<string, string> values) => new(values);

    /// <summary>From the environment, and from the file that it names or that is given, which goes before it.</summary>
    /// <param name="variable">The environment.</param>
    /// <param name="file">The file; null for what the environment names.</param>
    /// <exception cref="VaultException">NotAuthenticated: the file can't be read, others can read it, or it isn't a list of variables.</exception>
    public static StoreCredentials Read(Func<string, string?> variable, string? file)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var values = new Dictionary<string, string>();
        foreach (var name in Variables)
        {
            if (variable(name) is { Length: > 0 } value)
            {
                values[name] = value;
            }
        }

        if ((file ?? variable(FileVariable)) is { Length: > 0 } path)
        {
            foreach (var (name, value) in ReadFile(path))
            {
                values[name] = value;
            }
        }

        return new StoreCredentials(values);
    }

    /// <inheritdoc/>
    public override string ToString() => "credentials";

    private static IEnumerable<(string Name, string Value)> ReadFile(string path)
    {
        string[] lines;
        try
        {
            // Opened first and looked at by its handle: what is read is what was looked at.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                throw Unusable(path, "other accounts can read it: give it mode 0600");
            }

            if (file.Length > FileBytesMax)
            {
                throw Unusable(path, "it is too long");
            }

            using var reader = new StreamReader(file);
            lines = reader.ReadToEnd().Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e.Message);
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? line[..equals].Trim() : "";
            if (!Variables.Contains(name))
            {
                // Without the line: it may hold a secret.
                throw Unusable(path, $"line {i + 1} isn't one of {string.Join(", ", Variables)} with '=' and a value");
            }

            yield return (name, line[(equals + 1)..].Trim().Trim('"'));
        }
    }

    private static VaultException Unusable(string path, string reason) =>
        new(VaultErrorKind.NotAuthenticated, $"The file of store credentials {path} can't be used: {reason}.");
}
