namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>The command under test: the one that HOLDFAST_COMMAND names, as it is installed; else the one that was built with the tests.</summary>
public static class HoldfastProgram
{
    /// <summary>Its path.</summary>
    public static string FilePath { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_COMMAND") is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, "holdfast");
}
