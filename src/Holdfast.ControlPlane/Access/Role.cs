using System.IO.Enumeration;

namespace Holdfast.ControlPlane.Access;

/// <summary>
/// A role: the actions that it allows, as patterns of Azure Resource Manager's action names, where <c>*</c> stands for anything.
/// Names and ids are those of Azure's built-in roles, so that clients know them.
/// </summary>
public sealed class Role
{
    internal Role(string shortName, string name, string id, string description, string[] actions, string[]? notActions = null)
    {
        ShortName = shortName;
        Name = name;
        Id = Guid.Parse(id);
        Description = description;
        Actions = actions;
        NotActions = notActions ?? [];
    }

    /// <summary>What the command line takes: Owner, Contributor, Operator, Reader.</summary>
    public string ShortName { get; }

    /// <summary>Azure's name for it: Backup Operator.</summary>
    public string Name { get; }

    /// <summary>The id of Azure's role definition.</summary>
    public Guid Id { get; }

    /// <summary>What somebody in this role may do, in a sentence.</summary>
    public string Description { get; }

    /// <summary>Patterns of allowed actions.</summary>
    public IReadOnlyList<string> Actions { get; }

    /// <summary>Patterns of actions that are taken out of <see cref="Actions"/> again.</summary>
    public IReadOnlyList<string> NotActions { get; }

    /// <summary>Whether the role allows an action, wherever it is assigned. Case doesn't count.</summary>
    public bool Allows(string action)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        return Any(Actions, action) && !Any(NotActions, action);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static bool Any(IReadOnlyList<string> patterns, string action) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, action));
}
