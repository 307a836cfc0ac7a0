namespace Holdfast.Vault.AzureBlob;

/// <summary>None of the ways to a token of Entra ID led to one.</summary>
/// <param name="message">What was tried; without what the library says, which may hold whole replies.</param>
internal sealed class NoIdentityException(string message) : Exception(message);
