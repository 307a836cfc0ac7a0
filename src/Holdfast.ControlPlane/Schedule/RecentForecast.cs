using System.Globalization;
using Holdfast.ControlPlane.Items;
using Holdfast.ControlPlane.Persistence;
using Holdfast.Faults;
using Holdfast.Protection.Health;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.ControlPlane.Schedule;

/// <summary>The forecast as it concerns single items. Judging reads all items and their past jobs: it is done again when a policy or the items have changed, or after a while.</summary>
public sealed class RecentForecast(ControlPlaneDatabase database, ScheduleForecast forecast, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim _judging = new(1);
    private Judged? _last;

    /// <summary>What an item's policy will lead to for it.</summary>
    public async Task<IReadOnlyList<Fault>> ConcerningAsync(ProtectedItemRow item, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(item);
        var results = await ReadAsync(ct).ConfigureAwait(false);
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var host = await db.Hosts.Where(h => h.HostId == item.HostId).Select(h => h.Name).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            return [.. results.Where(r => r.Subject.Kind != "policy" || r.Subject.Id == item.PolicyId).Select(r => r.Fault).OfType<Fault>()
                .Where(f => Concerns(f, "vm", item.VmName) && Concerns(f, "host", host)).Distinct()];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _judging.Dispose();

    // What a fault doesn't name it isn't only about.
    private static bool Concerns(Fault fault, string parameter, string? value) => !fault.Parameters.TryGetValue(parameter, out var named) || named == value;

    private async Task<IReadOnlyList<HealthResult>> ReadAsync(CancellationToken ct)
    {
        await _judging.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var state = await StateAsync(ct).ConfigureAwait(false);
            if (_last is not { } last || last.State != state || time.GetElapsedTime(last.At) > AgeMax)
                _last = last = new Judged(await forecast.JudgeAsync(ct).ConfigureAwait(false), state, time.GetTimestamp());
            return last.Results;
        }
        finally
        {
            _judging.Release();
        }
    }

    // How many items each policy has tells, without reading them all, that one was added, went, or got another policy.
    private async Task<(DateTimeOffset? Changed, string Items)> StateAsync(CancellationToken ct)
    {
        var db = database.CreateDbContext();
        await using (db.ConfigureAwait(false))
        {
            var items = await db.Items.Where(i => i.PolicyId != null && i.DeletedUtc == null).GroupBy(i => i.PolicyId)
                .Select(g => new { Policy = g.Key, Count = g.Count() }).ToListAsync(ct).ConfigureAwait(false);
            return (
                await db.Policies.MaxAsync(p => (DateTimeOffset?)p.ModifiedUtc, ct).ConfigureAwait(false),
                string.Join(' ', items.OrderBy(i => i.Policy).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i.Policy:N}:{i.Count}"))));
        }
    }

    private sealed record Judged(IReadOnlyList<HealthResult> Results, (DateTimeOffset? Changed, string Items) State, long At);
}
