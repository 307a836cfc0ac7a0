using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Node;

namespace Holdfast.Cli.Commands;

/// <summary>How options with a form of their own are read.</summary>
internal static class Parsers
{
    /// <summary>A rate in bytes per second: 50M, 50MiB/s, 800K, 1.5G; units are powers of 1024.</summary>
    public static long? Rate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var number = text.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text;
        if (ByteSize.TryParse(number) is { } rate)
        {
            return rate;
        }

        result.AddError($"'{text}' isn't a rate; write for example 50M for 50 MiB per second.");
        return null;
    }

    /// <summary>A date (its end, in local time), an instant with zone, or a time from now such as 30d.</summary>
    public static Func<ArgumentResult, DateTimeOffset?> Until(TimeProvider time) => result =>
    {
        var text = result.Tokens[0].Value;
        var now = time.GetUtcNow();
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            var nextDay = date.AddDays(1).ToDateTime(TimeOnly.MinValue);
            return new DateTimeOffset(nextDay, time.LocalTimeZone.GetUtcOffset(nextDay));
        }

        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 100_000)
        {
            DateTimeOffset? until = text[^1] switch
            {
                'h' => now.AddHours(count), 'd' => now.AddDays(count), 'w' => now.AddDays(7.0 * count),
                'm' => now.AddMonths(count), 'y' => count < 1000 ? now.AddYears(count) : null, _ => null,
            };
            if (until is not null)
            {
                return until;
            }
        }

        if (text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var instant))
        {
            return instant;
        }

        result.AddError($"'{text}' isn't a date; write 2026-12-31, 2026-12-31T12:00:00Z, or a time from now such as 30d, 12w, 6m, 1y.");
        return null;
    };

    /// <summary>A length of time: 0, 90s, 45m, 12h, 7d, 2w.</summary>
    public static TimeSpan Span(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count < 100_000)
        {
            switch (text[^1])
            {
                case 's': return TimeSpan.FromSeconds(count);
                case 'm': return TimeSpan.FromMinutes(count);
                case 'h': return TimeSpan.FromHours(count);
                case 'd': return TimeSpan.FromDays(count);
                case 'w': return TimeSpan.FromDays(7.0 * count);
                default: break;
            }
        }

        result.AddError($"'{text}' isn't a length of time; write for example 0, 45m, 12h, 7d or 2w.");
        return default;
    }

    public static Consistency? ConsistencyLevel(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "application": return Consistency.Application;
            case "filesystem": return Consistency.FileSystem;
            case "crash": return Consistency.Crash;
            default:
                result.AddError("--consistency is application, filesystem or crash.");
                return null;
        }
    }

    public static void AtLeastZero(Option<int> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is < 0 or > 100_000)
        {
            result.AddError(option.Name + " is a number from 0 to 100000.");
        }
    });

    /// <summary>Refuses option combinations that contradict each other.</summary>
    public static void Exclusive(Command command, params Symbol[] symbols) => command.Validators.Add(result =>
    {
        var given = symbols.Where(s => IsGiven(result, s)).ToList();
        if (given.Count > 1)
        {
            result.AddError(string.Join(" and ", given.Select(s => s.Name)) + " can't be used together.");
        }
    });

    /// <summary>Whether the command line names it (a default doesn't count).</summary>
    public static bool IsGiven(CommandResult result, Symbol symbol) => symbol switch
    {
        Option option => result.GetResult(option) is { Implicit: false },
        Argument argument => result.GetResult(argument) is { Tokens.Count: > 0 },
        _ => false,
    };
}
