using System.Text;
using Holdfast.Api.Replies;
using Holdfast.ControlPlane.Jobs;

namespace Holdfast.Api.Jobs;

/// <summary>Writes jobs as a file: JSON as the API shows each of them, or a table for spreadsheets.</summary>
internal static class JobExport
{
    private static readonly string[] Columns =
        ["jobId", "entityFriendlyName", "operation", "status", "startTime", "endTime", "duration", "isUserTriggered", "backupSize", "errorCode", "errorTitle", "errorString"];

    /// <summary>An array of jobs, each with tasks, properties and errors.</summary>
    public static async Task WriteJsonAsync(Stream stream, IAsyncEnumerable<JobRow> jobs, JobShape shape, CancellationToken ct)
    {
        var before = "[\n";
        await foreach (var job in jobs.WithCancellation(ct))
        {
            await WriteAsync(stream, before + ArmJson.Text(shape.Extended(job)), ct);
            before = ",\n";
        }

        await WriteAsync(stream, before == "[\n" ? "[]\n" : "\n]\n", ct);
    }

    /// <summary>A table (RFC 4180), one job a row.</summary>
    public static async Task WriteCsvAsync(Stream stream, IAsyncEnumerable<JobRow> jobs, JobShape shape, CancellationToken ct)
    {
        // Spreadsheets take a file without the mark for one of their own code page.
        await WriteAsync(stream, "\uFEFF" + Row(Columns), ct);
        await foreach (var job in jobs.WithCancellation(ct))
        {
            var properties = shape.Of(job)["properties"]!;
            var error = properties["errorDetails"]?[0];
            await WriteAsync(
                stream,
                Row(Columns.Select(c => c switch
                {
                    "jobId" => job.JobId.ToString(),
                    "backupSize" => job.Properties.GetValueOrDefault("Backup Size"),
                    "errorCode" or "errorTitle" or "errorString" => error?[c]?.ToString(),
                    _ => properties[c]?.ToString(),
                })),
                ct);
        }
    }

    private static string Row(IEnumerable<string?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    // A name that begins like a formula would be carried out by whoever opens the table.
    private static string Cell(string? text)
    {
        text ??= "";
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().ContainsAny(",\"\r\n") ? '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"' : text;
    }

    private static async Task WriteAsync(Stream stream, string text, CancellationToken ct) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
}
