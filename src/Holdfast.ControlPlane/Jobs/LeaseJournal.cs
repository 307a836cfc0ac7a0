using System.Text.Json;
using Holdfast.Protection.Node;

namespace Holdfast.ControlPlane.Jobs;

/// <summary>Writes a run's effects down in its lease. Under a lost lease each call throws, and so the effect doesn't happen.</summary>
internal sealed class LeaseJournal(JobLeases leases, JobRow job) : IRunJournal
{
    private RunEffects _effects = new(Guid.Empty, null, null, false);

    /// <inheritdoc/>
    public Task SessionOpenedAsync(Guid source, Guid session, CancellationToken ct) =>
        WriteAsync(_effects with { SourceId = source, Session = session }, ct);

    /// <inheritdoc/>
    public Task JobIntendedAsync(string scratchFolder, CancellationToken ct) => WriteAsync(_effects with { ScratchFolder = scratchFolder }, ct);

    /// <inheritdoc/>
    public Task FreezeIntendedAsync(CancellationToken ct) => WriteAsync(_effects with { Freezing = true }, ct);

    /// <inheritdoc/>
    public Task ThawedAsync(CancellationToken ct) => WriteAsync(_effects with { Freezing = false }, ct);

    /// <inheritdoc/>
    public Task RestoreIntendedAsync(string journalPath, CancellationToken ct) => WriteAsync(_effects with { RestoreJournal = journalPath }, ct);

    /// <inheritdoc/>
    public Task RestoreSealingAsync(CancellationToken ct) => WriteAsync(_effects, ct);

    /// <inheritdoc/>
    public Task RestoredAsync(CancellationToken ct) => WriteAsync(_effects with { Restored = true }, ct);

    private async Task WriteAsync(RunEffects effects, CancellationToken ct)
    {
        await leases.RecordAsync(job, JsonSerializer.Serialize(effects), ct).ConfigureAwait(false);
        _effects = effects;
    }
}
