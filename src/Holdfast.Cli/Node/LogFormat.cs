namespace Holdfast.Cli.Node;

/// <summary>How a node writes its log, on standard error.</summary>
internal enum LogFormat
{
    /// <summary>A line each, for people.</summary>
    Text,

    /// <summary>A JSON object a line.</summary>
    Json,

    /// <summary>With the priorities that systemd's journal reads.</summary>
    Journal,
}
