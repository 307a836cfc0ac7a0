namespace Holdfast.Vault;

/// <summary>What an exclusive create came to.</summary>
public enum CreateOutcome
{
    /// <summary>The object is there now, whole and durable.</summary>
    Created,

    /// <summary>There was an object of that name before; it is untouched.</summary>
    AlreadyExists,
}
