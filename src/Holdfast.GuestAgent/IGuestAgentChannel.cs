namespace Holdfast.GuestAgent;

/// <summary>Carries one command to one guest's agent and brings back its raw reply.</summary>
/// <remarks>
/// Obligations of an implementation: one call is one command; the reply is the agent's JSON object with either a
/// <c>return</c> or an <c>error</c> member, unparsed and untrusted; a failure to get a reply is a
/// <see cref="GuestAgentException"/> whose kind tells why. It never repeats a command by itself.
/// </remarks>
public interface IGuestAgentChannel
{
    /// <summary>Sends one command and waits for its reply.</summary>
    /// <param name="commandJson">The command, a JSON object with <c>execute</c> and perhaps <c>arguments</c>.</param>
    /// <param name="timeout">How long the agent may take. The channel may round it up to its own unit.</param>
    /// <param name="ct">Gives up waiting. The command may have reached the guest all the same.</param>
    /// <exception cref="GuestAgentException">No reply was had, or the agent answered with an error.</exception>
    Task<string> ExchangeAsync(string commandJson, TimeSpan timeout, CancellationToken ct);
}
