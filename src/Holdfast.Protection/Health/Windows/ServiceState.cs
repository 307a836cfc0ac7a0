using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Protection.Health.Windows;

/// <summary>What <c>sc query</c> says of a service, by its numbers: winsvc.h, SERVICE_STATUS.</summary>
/// <param name="State">1 stopped, 2 starting, 3 stopping, 4 running, 5 to 7 on pause; 0 for a service that isn't there.</param>
/// <param name="ExitCode">Why it ended last; 0 for in order, 1077 for not started since the guest was.</param>
internal sealed partial record ServiceState(int State, long ExitCode)
{
    /// <summary>The exit code of sc for a service that doesn't exist.</summary>
    public const int NoService = 1060;
    private const int NeverStarted = 1077;

    public static ServiceState Missing { get; } = new(0, 0);

    public bool IsRunning => State == 4;

    /// <summary>Stopped in order: it is started when it is needed.</summary>
    public bool IsIdle => State == 1 && ExitCode is 0 or NeverStarted;

    /// <summary>Reads the output; null for what is none.</summary>
    public static ServiceState? Parse(string text)
    {
        // TYPE, STATE, WIN32_EXIT_CODE, SERVICE_EXIT_CODE, in this order, whatever they are called.
        var numbers = Line().Matches(text).Select(m => long.Parse(m.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        return numbers is [_, >= 1 and <= 7 and var state, var code, _, ..] ? new ServiceState((int)state, code) : null;
    }

    public override string ToString() => State switch { 0 => "missing", 1 => "1 STOPPED", 2 => "2 START_PENDING", 3 => "3 STOP_PENDING", 4 => "4 RUNNING", _ => "PAUSED" };

    [GeneratedRegex(@"^[^\n:]+: ([0-9]{1,10})\s", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Line();
}
