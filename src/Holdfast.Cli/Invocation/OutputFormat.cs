namespace Holdfast.Cli.Invocation;

/// <summary>How results are written to standard output.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>One JSON document.</summary>
    Json,
}
