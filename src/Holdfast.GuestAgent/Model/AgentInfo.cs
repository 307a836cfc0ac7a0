namespace Holdfast.GuestAgent;

/// <summary>The agent's version and its commands.</summary>
/// <param name="Version">As the agent words it, for example <c>7.2.22</c>.</param>
/// <param name="Commands">Every command it knows, with whether it is enabled.</param>
public sealed record AgentInfo(string Version, IReadOnlyDictionary<string, bool> Commands)
{
    /// <summary>Whether a command is known and enabled.</summary>
    public bool Offers(string command) => Commands.TryGetValue(command, out var enabled) && enabled;

    /// <summary>The version's leading numbers, or null if it doesn't begin with any.</summary>
    public Version? ParsedVersion
    {
        get
        {
            var digits = new string([.. Version.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]).Trim('.');
            var parts = digits.Split('.').Take(4).ToArray();
            return System.Version.TryParse(parts.Length == 1 ? $"{parts[0]}.0" : string.Join('.', parts), out var version) ? version : null;
        }
    }
}
