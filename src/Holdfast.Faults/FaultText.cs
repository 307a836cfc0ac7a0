using System.Globalization;
using System.Text;

namespace Holdfast.Faults;

/// <summary>A fault rendered in one language.</summary>
/// <param name="Language">The language.</param>
/// <param name="Code">The fault's code.</param>
/// <param name="Number">The entry's number; 0 where the catalogue doesn't know the code.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Retry">Whether to try again.</param>
/// <param name="RetryAfter">After how long, where <paramref name="Retry"/> is <see cref="RetryAdvice.Later"/>.</param>
/// <param name="Message">What happened.</param>
/// <param name="Cause">Why it happens.</param>
/// <param name="Actions">What to do, in the order to try.</param>
public sealed record FaultText(
    FaultLanguage Language,
    FaultCode Code,
    int Number,
    FaultSeverity Severity,
    RetryAdvice Retry,
    TimeSpan? RetryAfter,
    string Message,
    string Cause,
    IReadOnlyList<string> Actions)
{
    /// <summary>One line for a log: code and message.</summary>
    public string ToLogLine() => Code + ": " + Message;

    /// <summary>The whole text: severity, code, message, cause, and the actions numbered.</summary>
    public string ToPlainText()
    {
        var chinese = Language == FaultLanguage.TraditionalChinese;
        var text = new StringBuilder();
        text.Append(SeverityLabel).Append(" [").Append(Code).Append(chinese ? "]：" : "]: ").Append(Message).Append('\n');
        if (Cause.Length > 0)
        {
            text.Append("  ").Append(CauseLabel).Append(chinese ? "：" : ": ").Append(Cause).Append('\n');
        }

        if (Actions.Count > 0)
        {
            text.Append("  ").Append(ActionsLabel).Append(chinese ? "：" : ":").Append('\n');
            for (var i = 0; i < Actions.Count; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {i + 1}. ").Append(Actions[i]).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The word for the severity in the text's language.</summary>
    public string SeverityLabel => (Language, Severity) switch
    {
        (FaultLanguage.TraditionalChinese, FaultSeverity.Info) => "資訊",
        (FaultLanguage.TraditionalChinese, FaultSeverity.Warning) => "警告",
        (FaultLanguage.TraditionalChinese, _) => "錯誤",
        (_, FaultSeverity.Info) => "info",
        (_, FaultSeverity.Warning) => "warning",
        _ => "error",
    };

    /// <summary>The heading of the cause in the text's language.</summary>
    public string CauseLabel => Language == FaultLanguage.TraditionalChinese ? "原因" : "Cause";

    /// <summary>The heading of the actions in the text's language.</summary>
    public string ActionsLabel => Language == FaultLanguage.TraditionalChinese ? "建議動作" : "What to do";
}
