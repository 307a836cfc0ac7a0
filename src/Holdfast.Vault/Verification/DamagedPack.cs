namespace Holdfast.Vault;

/// <summary>A pack that isn't what was written, or isn't there.</summary>
/// <param name="PackId">Its id.</param>
/// <param name="ObjectName">Its object.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record DamagedPack(PackId PackId, string ObjectName, string Reason);
