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

    /// <summary>What the letters of a time from now mean; others than those of a length of time.</summary>
    public const string UntilLetters = "a date such as 2027-12-31, an instant such as 2027-12-31T12:00:00Z, or a time from now in hours (12h), days (30d), weeks (12w), months (6m) or years (1y)";

    /// <summary>What the letters of a length of time mean.</summary>
    public const string SpanLetters = "in seconds (90s), minutes (45m), hours (12h), days (7d) or weeks (2w)";

    /// <summary>A date (its end, in local time), an instant with zone, or a time from now such as 30d; never one that is past.</summary>
    public static Func<ArgumentResult, DateTimeOffset?> Until(TimeProvider time) => result =>
    {
        var until = UntilOf(result, time);
        if (until <= time.GetUtcNow())
        {
            result.AddError($"'{result.Tokens[0].Value}' is past; write a date to come.");
            return null;
        }

        return until;
    };

    private static DateTimeOffset? UntilOf(ArgumentResult result, TimeProvider time)
    {
        var text = result.Tokens[0].Value;
        var now = time.GetUtcNow();
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            // No day follows the last one, which stands for: for ever.
            var nextDay = (date < DateOnly.MaxValue ? date.AddDays(1) : date).ToDateTime(TimeOnly.MinValue);
            return new DateTimeOffset(nextDay, time.LocalTimeZone.GetUtcOffset(nextDay));
        }

        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 100_000)
        {
            DateTimeOffset? until = text[^1] switch
            {
                'h' => now.AddHours(count), 'd' => now.AddDays(count), 'w' => now.AddDays(7.0 * count),
                'm' => count < 12_000 ? now.AddMonths(count) : null, 'y' => count < 1000 ? now.AddYears(count) : null, _ => null,
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

        result.AddError($"'{text}' isn't a date; write 2026-12-31, 2026-12-31T12:00:00Z, or a time from now such as 30d, 12w, 6m, 1y; m are months.");
        return null;
    }

    /// <summary>A length of time: 0, 90s, 45m, 12h, 7d, 2w.</summary>
    public static TimeSpan? Span(ArgumentResult result)
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

        result.AddError($"'{text}' isn't a length of time; write for example 0, 45m, 12h, 7d or 2w; m are minutes.");
        return null;
    }

    /// <summary>The levels of consistency, as they are written.</summary>
    public static IReadOnlyList<string> ConsistencyLevels { get; } = ["application", "filesystem", "crash"];

    public static Consistency? ConsistencyLevel(ArgumentResult result)
    {
        switch (result.Tokens[0].Value.ToLowerInvariant())
        {
            case "application": return Consistency.Application;
            case "filesystem": return Consistency.FileSystem;
            case "crash": return Consistency.Crash;
            default:
                result.AddError("--consistency is application, filesystem or crash.");
                return null;
        }
    }

    /// <summary>A whole number of a range.</summary>
    public static Func<ArgumentResult, int> Number(int min, int max) => result => (int)(NumberOf(result, min, max) ?? 0);

    /// <summary>A whole number of a range, where none need be given.</summary>
    public static Func<ArgumentResult, int?> OptionalNumber(int min, int max) => result => (int?)NumberOf(result, min, max);

    /// <summary>The number of an entry.</summary>
    public static long? Id(ArgumentResult result) => NumberOf(result, 0, long.MaxValue);

    /// <summary>A UUID.</summary>
    public static Guid? Uuid(ArgumentResult result)
    {
        if (Guid.TryParse(result.Tokens[0].Value, out var uuid))
        {
            return uuid;
        }

        result.AddError($"'{result.Tokens[0].Value}' isn't a UUID.");
        return null;
    }

    /// <summary>The fewest characters of a point's id that name it.</summary>
    public const int PointIdLengthMin = 4;

    /// <summary>Refuses beginnings of ids that are too short to mean one point for long.</summary>
    public static T PointId<T>(T option)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            foreach (var id in result.Tokens.Select(t => t.Value).Where(v => !string.IsNullOrWhiteSpace(v) && v.Replace("-", "", StringComparison.Ordinal).Length < PointIdLengthMin))
            {
                result.AddError($"'{id}': of a point's id at least {PointIdLengthMin} characters are needed.");
            }
        });
        return option;
    }

    /// <summary>Refuses empty names, folders, patterns: an unset variable of a script is told where it stands. What is TEXT may be empty.</summary>
    public static void NotBlank(Command command)
    {
        foreach (var argument in command.Arguments.Where(a => IsText(a.ValueType) && a.Name != "TEXT"))
        {
            argument.Validators.Add(r => RefuseBlank(r, argument.Name));
        }

        foreach (var option in command.Options.Where(o => IsText(o.ValueType) && o.HelpName != "TEXT"))
        {
            option.Validators.Add(r => RefuseBlank(r, option.Name));
        }
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);

    private static void RefuseBlank(SymbolResult result, string name)
    {
        if (result.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value)))
        {
            result.AddError(name + " is empty.");
        }
    }

    private static long? NumberOf(ArgumentResult result, long min, long max)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        var name = (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;
        result.AddError($"'{text}': {name} is a whole number " + (max == long.MaxValue ? $"of at least {min}." : $"from {min} to {max}."));
        return null;
    }

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
