namespace Holdfast.GuestAgent.Scripts;

/// <summary>Why scripts that a guest has aren't run.</summary>
public enum SnapshotScriptRefusal
{
    /// <summary>They aren't refused.</summary>
    None,

    /// <summary>The configuration can't be read, or is too large.</summary>
    ConfigUnreadable,

    /// <summary>The configuration isn't what it should be: not JSON in UTF-8, an unknown field, a wrong type, a value out of bounds.</summary>
    ConfigMalformed,

    /// <summary>The configuration, a script or a folder above them isn't root's alone, or isn't a plain file or folder.</summary>
    NotRootsAlone,

    /// <summary>A script that the configuration names doesn't exist.</summary>
    ScriptMissing,

    /// <summary>A script isn't executable.</summary>
    ScriptNotExecutable,

    /// <summary>The agent doesn't let programs be run.</summary>
    ExecDisabled,

    /// <summary>Owner and mode can't be checked: the guest has no <c>stat</c>.</summary>
    CannotBeChecked,
}
