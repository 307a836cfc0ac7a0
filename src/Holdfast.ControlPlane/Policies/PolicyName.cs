using Holdfast.Faults;

namespace Holdfast.ControlPlane.Policies;

/// <summary>The rule for policies' names.</summary>
public static class PolicyName
{
    /// <summary>Longest name.</summary>
    public const int LengthMax = 150;

    /// <summary>Refuses a name that doesn't begin with a letter, or holds something else than letters, digits and hyphens.</summary>
    /// <exception cref="FaultException">It can't be a name.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LengthMax || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw PolicyFaults.NameInvalid(name).ToException();
    }
}
