using Holdfast.Faults;

namespace Holdfast.Cli;

/// <summary>Which exit code a fault leads to, and what each code means in words.</summary>
internal static class ExitCodes
{
    private static readonly Dictionary<string, ExitCode> ByFault = new[]
    {
        (ExitCode.Usage, new[]
        {
            "HoldfastInvalidArgument", "HoldfastVaultNotNamed", "HoldfastPassphraseMissing", "HoldfastConfirmationNeeded",
            "HoldfastRecoveryKeyNowhereToGo", "HoldfastSettingInvalid", "HoldfastNodeNotNamed", "HoldfastNotThroughNode",
            "HoldfastNewPassphraseMissing", "HoldfastCredentialFileNotNamed", "HoldfastCredentialFileUnusable",
        }),
        (ExitCode.NotFound,
        [
            "UserErrorVmNotFoundV2", "HoldfastPointNotFound", "HoldfastNoPoints", "HoldfastVaultNotFound", "HoldfastNotAVault",
            "HoldfastKeySlotNotFound", "HoldfastImageNotFound", "HoldfastNothingMatches", "HoldfastFaultCodeUnknown", "HoldfastNothingExplains",
            "HoldfastCredentialNotFound", "HoldfastHostNotFound", "HoldfastNoNodeHere", "HoldfastJobNotFound", "HoldfastVmNotProtected",
        ]),
        (ExitCode.Busy,
        [
            "UserErrorBackupOperationInProgress", "ExtensionOperationInProgress", "HoldfastBlockJobActive", "HoldfastDomainJobActive",
            "HoldfastVaultBusy", "HoldfastImageInUse", "HoldfastAgentUpdateRefused",
        ]),
        (ExitCode.WrongKey, ["HoldfastVaultWrongKey", "HoldfastRecoveryKeyInvalid"]),
        (ExitCode.Damage, ["HoldfastDamageFound"]),
        (ExitCode.Cancelled, ["HoldfastCancelled"]),
    }.SelectMany(g => g.Item2.Select(fault => KeyValuePair.Create(fault, g.Item1))).ToDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> MappedFaults => ByFault.Keys;

    public static ExitCode Of(Fault fault) => ByFault.GetValueOrDefault(fault.Code.Value, ExitCode.Failed);

    public static string Meaning(ExitCode code) => code switch
    {
        ExitCode.Done => "done as asked",
        ExitCode.Failed => "failed",
        ExitCode.Usage => "the command line is wrong, or something that it needs wasn't given",
        ExitCode.Degraded => "done, but with less consistency than was asked for",
        ExitCode.Partial => "done for some VMs, failed for others",
        ExitCode.Damage => "a verification found damage",
        ExitCode.NotFound => "the VM, point, vault, image or key slot doesn't exist",
        ExitCode.Busy => "something else is at work on it; try again later",
        ExitCode.WrongKey => "the vault can't be opened with this passphrase or key",
        ExitCode.OutputLost => "done as asked, but the result couldn't be written to standard output",
        ExitCode.HealthUnknown => "nothing wrong was found, but not every check could run",
        ExitCode.HealthWarning => "there are warnings",
        ExitCode.HealthFailed => "a backup or restore would fail",
        ExitCode.Cancelled => "cancelled; everything is as before",
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };
}
