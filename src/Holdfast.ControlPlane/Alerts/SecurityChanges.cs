namespace Holdfast.ControlPlane.Alerts;

/// <summary>Which entries of the audit log tell of a change to keys, locks, roles or soft delete. Pure.</summary>
public static class SecurityChanges
{
    private static readonly string[] Parts =
    [
        "/backupconfig/", "/backupSecurityPIN", "/backupEncryptionConfigs/", "/backupResourceGuardProxies/", "/roleAssignments/", "/locks/",
    ];

    /// <summary>Whether an action on a target is one.</summary>
    /// <param name="action">A command (credential rotate), or the method of a request.</param>
    /// <param name="target">What it was done to; for requests, the path.</param>
    /// <param name="detail">What came of it; for requests, HTTP and the status.</param>
    public static bool IsOne(string action, string target, string detail)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(target);
        if (action.StartsWith("credential ", StringComparison.Ordinal) || action.StartsWith("key ", StringComparison.Ordinal))
            return true;
        var path = target + "/";
        return Parts.Any(p => path.Contains(p, StringComparison.OrdinalIgnoreCase))
            || (action == "DELETE" && (path.Contains("/protectedItems/", StringComparison.OrdinalIgnoreCase) || IsVault(target)))
            // A PUT makes a vault, or else changes the settings of one.
            || (action is "PATCH" or "PUT" && detail != "HTTP 201" && IsVault(target));
    }

    private static bool IsVault(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length == 8 && segments[6].Equals("vaults", StringComparison.OrdinalIgnoreCase);
    }
}
