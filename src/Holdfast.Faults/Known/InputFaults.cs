namespace Holdfast.Faults;

/// <summary>
/// Faults of what the user gave: arguments, passphrases, keys; and of the program itself.
/// One factory per entry of <c>Catalogue/input.json</c>.
/// </summary>
public static class InputFaults
{
    /// <summary>{argument}: {reason}</summary>
    public static Fault InvalidArgument(string argument, string reason) =>
        Fault.Of("HoldfastInvalidArgument").With("argument", argument).With("reason", reason);

    /// <summary>The vault's passphrase is needed, and there is no terminal to ask for it.</summary>
    public static Fault PassphraseMissing() => Fault.Of("HoldfastPassphraseMissing");

    /// <summary>The new passphrase is needed, and there is no terminal to ask for it.</summary>
    public static Fault NewPassphraseMissing() => Fault.Of("HoldfastNewPassphraseMissing");

    /// <summary>The passphrase is too short: at least {minimumLength} characters are needed.</summary>
    public static Fault PassphraseTooWeak(long minimumLength) => Fault.Of("HoldfastPassphraseTooWeak").With("minimumLength", minimumLength);

    /// <summary>The key file {path} can't be read: {reason}</summary>
    public static Fault PassphraseFileUnreadable(string path, string reason) =>
        Fault.Of("HoldfastPassphraseFileUnreadable").With("path", path).With("reason", reason);

    /// <summary>The key file {path} can be read by other users.</summary>
    public static Fault PassphraseFilePermissive(string path) => Fault.Of("HoldfastPassphraseFilePermissive").With("path", path);

    /// <summary>The passphrase from {source} is empty.</summary>
    public static Fault PassphraseEmpty(string source) => Fault.Of("HoldfastPassphraseEmpty").With("source", source);

    /// <summary>The two passphrases aren't the same.</summary>
    public static Fault PassphrasesDiffer() => Fault.Of("HoldfastPassphrasesDiffer");

    /// <summary>The recovery key can't be right.</summary>
    public static Fault RecoveryKeyInvalid() => Fault.Of("HoldfastRecoveryKeyInvalid");

    /// <summary>The file {path} exists already; the recovery key wasn't written, and nothing was changed.</summary>
    public static Fault RecoveryKeyFileExists(string path, string option) =>
        Fault.Of("HoldfastRecoveryKeyFileExists").With("path", path).With("option", option);

    /// <summary>The recovery key couldn't be shown: the output isn't a terminal. Nothing was changed.</summary>
    public static Fault RecoveryKeyNowhereToGo(string option) => Fault.Of("HoldfastRecoveryKeyNowhereToGo").With("option", option);

    /// <summary>The recovery key couldn't be written to {path}: {reason}</summary>
    public static Fault RecoveryKeyFileFailed(string path, string reason, string option) =>
        Fault.Of("HoldfastRecoveryKeyFileFailed").With("path", path).With("reason", reason).With("option", option);

    /// <summary>No vault was named.</summary>
    public static Fault VaultNotNamed() => Fault.Of("HoldfastVaultNotNamed");

    /// <summary>No VM matches "{pattern}".</summary>
    public static Fault NothingMatches(string pattern) => Fault.Of("HoldfastNothingMatches").With("pattern", pattern);

    /// <summary>This needs to be confirmed: {operation}</summary>
    public static Fault ConfirmationNeeded(string operation) => Fault.Of("HoldfastConfirmationNeeded").With("operation", operation);

    /// <summary>There is no fault "{code}" in the catalogue.</summary>
    public static Fault FaultCodeUnknown(string code) => Fault.Of("HoldfastFaultCodeUnknown").With("code", code);

    /// <summary>Nothing in the catalogue fits this text.</summary>
    public static Fault NothingExplains() => Fault.Of("HoldfastNothingExplains");

    /// <summary>Cancelled; everything is as before.</summary>
    public static Fault Cancelled() => Fault.Of("HoldfastCancelled");

    /// <summary>The result couldn't be written to standard output: {reason}</summary>
    public static Fault OutputLost(string reason) => Fault.Of("HoldfastOutputLost").With("reason", reason);

    /// <summary>An internal error occurred (activity {activityId}).</summary>
    public static Fault InternalError(string activityId, string path) =>
        Fault.Of("HoldfastInternalError").With("activityId", activityId).With("path", path);
}
