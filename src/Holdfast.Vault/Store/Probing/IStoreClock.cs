namespace Holdfast.Vault;

/// <summary>A store that has a clock of its own. Optional.</summary>
public interface IStoreClock
{
    /// <summary>What time it is there.</summary>
    ValueTask<DateTimeOffset> GetUtcNowAsync(CancellationToken ct);
}
