namespace Holdfast.Vault;

/// <summary>What a feature can be mandatory for.</summary>
internal enum VaultOperation
{
    Read,
    Write,
    Gc,
    Check,
}
