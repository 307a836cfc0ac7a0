namespace Holdfast.Vault;

/// <summary>The only exception that leaves this room, besides those of cancellation and of wrong arguments.</summary>
/// <remarks>Messages name objects and causes, never keys, passphrases or data.</remarks>
public sealed class VaultException : Exception
{
    /// <summary>An error of a kind.</summary>
    public VaultException(VaultErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>What went wrong.</summary>
    public VaultErrorKind Kind { get; }

    /// <summary>The vault's object concerned, where there is one.</summary>
    public string? ObjectName { get; init; }

    /// <summary>Where the vault is, for people, if the store failed.</summary>
    public string? Place { get; internal set; }

    /// <summary>How long the store asked to be left alone; null if it didn't say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Until when it is so, where that is known.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The recovery points concerned, as far as known.</summary>
    public IReadOnlyList<PointId> Points { get; init; } = [];
}
