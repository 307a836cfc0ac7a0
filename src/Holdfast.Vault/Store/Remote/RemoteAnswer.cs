namespace Holdfast.Vault;

/// <summary>What a remote store's refusal of a request means, where it is an answer and no failure.</summary>
public enum RemoteAnswer
{
    /// <summary>It is a failure.</summary>
    None,

    /// <summary>There is no such object.</summary>
    Missing,

    /// <summary>There is an object of that name already.</summary>
    Taken,

    /// <summary>The range begins behind the object's end.</summary>
    PastEnd,
}
