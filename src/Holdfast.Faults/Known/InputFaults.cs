namespace Holdfast.Faults;

/// <summary>Faults of what the user gave: arguments, passphrases, keys; and of the program itself. One factory per entry of <c>Catalogue/input.json</c>.</summary>
public static class InputFaults
{
    /// <summary>Invalid argument.</summary>
    public static Fault InvalidArgument(string argument, string reason) =>
        Fault.Of("HoldfastInvalidArgument").With("argument", argument).With("reason", reason);

    /// <summary>Passphrase missing.</summary>
    public static Fault PassphraseMissing() => Fault.Of("HoldfastPassphraseMissing");

    /// <summary>Passphrase too weak.</summary>
    public static Fault PassphraseTooWeak(long minimumLength) =>
        Fault.Of("HoldfastPassphraseTooWeak").With("minimumLength", minimumLength);

    /// <summary>Passphrase file unreadable.</summary>
    public static Fault PassphraseFileUnreadable(string path, string reason) =>
        Fault.Of("HoldfastPassphraseFileUnreadable").With("path", path).With("reason", reason);

    /// <summary>Passphrase file permissive.</summary>
    public static Fault PassphraseFilePermissive(string path) => Fault.Of("HoldfastPassphraseFilePermissive").With("path", path);

    /// <summary>Passphrase empty.</summary>
    public static Fault PassphraseEmpty(string source) => Fault.Of("HoldfastPassphraseEmpty").With("source", source);

    /// <summary>Passphrases differ.</summary>
    public static Fault PassphrasesDiffer() => Fault.Of("HoldfastPassphrasesDiffer");

    /// <summary>Recovery key invalid.</summary>
    public static Fault RecoveryKeyInvalid() => Fault.Of("HoldfastRecoveryKeyInvalid");

    /// <summary>Recovery key file exists.</summary>
    public static Fault RecoveryKeyFileExists(string path) => Fault.Of("HoldfastRecoveryKeyFileExists").With("path", path);

    /// <summary>Recovery key nowhere to go.</summary>
    public static Fault RecoveryKeyNowhereToGo() => Fault.Of("HoldfastRecoveryKeyNowhereToGo");

    /// <summary>Recovery key file failed.</summary>
    public static Fault RecoveryKeyFileFailed(string path, string reason) =>
        Fault.Of("HoldfastRecoveryKeyFileFailed").With("path", path).With("reason", reason);

    /// <summary>Vault not named.</summary>
    public static Fault VaultNotNamed() => Fault.Of("HoldfastVaultNotNamed");

    /// <summary>Nothing matches.</summary>
    public static Fault NothingMatches(string pattern) => Fault.Of("HoldfastNothingMatches").With("pattern", pattern);

    /// <summary>Confirmation needed.</summary>
    public static Fault ConfirmationNeeded(string operation) => Fault.Of("HoldfastConfirmationNeeded").With("operation", operation);

    /// <summary>Fault code unknown.</summary>
    public static Fault FaultCodeUnknown(string code) => Fault.Of("HoldfastFaultCodeUnknown").With("code", code);

    /// <summary>Cancelled.</summary>
    public static Fault Cancelled() => Fault.Of("HoldfastCancelled");

    /// <summary>Internal error.</summary>
    public static Fault InternalError(string activityId, string path) =>
        Fault.Of("HoldfastInternalError").With("activityId", activityId).With("path", path);
}
