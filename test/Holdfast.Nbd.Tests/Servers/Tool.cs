using System.Diagnostics;

namespace Holdfast.Nbd.Tests.Servers;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    public static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error}");
        return output;
    }

    /// <summary>Runs a program that goes to the background once it is ready; nothing of it is captured, since its child keeps the pipes.</summary>
    public static async Task DaemonAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
