using Holdfast.Faults;

namespace Holdfast.Cli.Rendering;

/// <summary>The words around the texts of the catalogue, in its languages.</summary>
internal sealed record FaultLabels(
    string Number, string Code, string Severity, string Conditions, string Message, string Symptom, string Cause, string Actions, string Detection,
    string AzureCodes, string InAzure, string Retry, string Colon)
{
    private static readonly FaultLabels English = new(
        "Number", "Code", "Severity", "Conditions", "Message", "How it shows", "Why", "What to do", "How Holdfast detects it", "Codes in Azure", "If the backup runs in Azure", "Retry", ":");

    private static readonly FaultLabels Chinese = new(
        "編號", "錯誤碼", "嚴重性", "狀況", "訊息", "徵兆", "原因", "建議動作", "Holdfast 的偵測方式", "Azure 中的錯誤碼", "如果備份在 Azure 中執行", "重試", "：");

    public static FaultLabels Of(FaultLanguage language) => language == FaultLanguage.TraditionalChinese ? Chinese : English;

    public string Of(FaultSeverity severity) => (ReferenceEquals(this, Chinese), severity) switch
    {
        (true, FaultSeverity.Info) => "資訊",
        (true, FaultSeverity.Warning) => "警告",
        (true, _) => "錯誤",
        (_, FaultSeverity.Info) => "info",
        (_, FaultSeverity.Warning) => "warning",
        _ => "error",
    };

    public string Of(RetryAdvice retry) => (ReferenceEquals(this, Chinese), retry) switch
    {
        (true, RetryAdvice.Never) => "不需重試",
        (true, RetryAdvice.AfterFix) => "排除原因之後",
        (true, RetryAdvice.Later) => "自動，稍後",
        (true, _) => "立即",
        (_, RetryAdvice.Never) => "no",
        (_, RetryAdvice.AfterFix) => "after a fix",
        (_, RetryAdvice.Later) => "by itself, later",
        _ => "at once",
    };
}
