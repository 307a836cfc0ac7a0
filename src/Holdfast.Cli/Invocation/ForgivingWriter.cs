using System.Text;

namespace Holdfast.Cli.Invocation;

/// <summary>
/// Writes to where it may come to nothing: a full disk behind a redirection, or an output that was closed. What a command does must not fail because
/// it can't tell of it; so the first failure is only kept, and what comes after it isn't written any more.
/// </summary>
internal sealed class ForgivingWriter(TextWriter target) : TextWriter(target.FormatProvider)
{
    private volatile Exception? failure;

    /// <summary>What stands for an output that isn't there.</summary>
    public static ForgivingWriter Closed() => new(Null) { failure = new IOException("It is closed.") };

    /// <summary>Why something wasn't written; null if everything was.</summary>
    public Exception? Failure => failure;

    public override Encoding Encoding => target.Encoding;

    public override void Write(char value) => Try(() => target.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => target.Write(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => Try(() => target.Write(value));

    public override void WriteLine(string? value) => Try(() => target.WriteLine(value));

    public override void Flush() => Try(target.Flush);

    private void Try(Action write)
    {
        if (failure is not null)
        {
            return;
        }

        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            failure = e;
        }
    }
}
