namespace Holdfast.Protection.Health;

/// <summary>One thing that is looked at. It changes nothing, and is given up at a bound.</summary>
/// <typeparam name="T">What it looks at.</typeparam>
/// <param name="area">What it is about.</param>
/// <param name="name">Its name: stable, in lower case and dashes.</param>
/// <param name="needs">What it can't do without.</param>
internal abstract class HealthCheck<T>(HealthArea area, string name, HealthNeeds needs = HealthNeeds.Nothing)
{
    public HealthArea Area => area;

    public string Name => name;

    public HealthNeeds Needs => needs;

    /// <summary>Looks. No finding: the check doesn't apply.</summary>
    public abstract Task<IReadOnlyList<HealthFinding>> RunAsync(T subject, CancellationToken ct);
}
