namespace Holdfast.Vault;

/// <summary>Which packs go: computed from what is known, without I/O.</summary>
/// <param name="Dead">Packs of which nothing is needed.</param>
/// <param name="Repack">Packs whose needed part is written anew first.</param>
internal sealed record GcPlan(IReadOnlyList<PackUsage> Dead, IReadOnlyList<PackUsage> Repack)
{
    public IEnumerable<PackUsage> All => Dead.Concat(Repack);

    /// <summary>About what it frees.</summary>
    public long FreedBytes => All.Sum(p => p.Pack.SizeBytes - p.NeededBytes);

    /// <summary>Chooses among the candidates: all that are dead, and of the others the emptiest, as far as the budget goes.</summary>
    public static GcPlan Make(IEnumerable<PackUsage> candidates, double repackBelow, long budgetBytes)
    {
        var dead = new List<PackUsage>();
        var sparse = new List<PackUsage>();
        foreach (var pack in candidates)
        {
            if (pack.IsDead)
            {
                dead.Add(pack);
            }
            else if (pack.Pack.Healthy && pack.NeededPart < repackBelow)
            {
                sparse.Add(pack);
            }
        }

        var repack = new List<PackUsage>();
        long written = 0;
        foreach (var pack in sparse.OrderBy(p => p.NeededPart).ThenBy(p => p.Pack.Id.Prefix))
        {
            if (written + pack.NeededBytes > budgetBytes)
            {
                break;
            }

            written += pack.NeededBytes;
            repack.Add(pack);
        }

        return new GcPlan(dead, repack);
    }
}
