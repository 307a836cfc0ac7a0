namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>What a program left behind.</summary>
public sealed record ToolResult(string Command, int ExitCode, string Output, string Errors)
{
    /// <summary>The output, once the program ended with 0.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"'{Command}' ended with {ExitCode}\n{Output}\n{Errors}");
        return Output;
    }
}
