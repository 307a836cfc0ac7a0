using System.Diagnostics.Metrics;

namespace Holdfast.Vault;

/// <summary>What stores are asked for, counted. Labels hold operations and outcomes, never names.</summary>
public static class StoreInstruments
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Holdfast.Store";

    private static readonly Meter Meter = new(Name);

    /// <summary>Calls, by operation and outcome.</summary>
    internal static Counter<long> Calls { get; } = Meter.CreateCounter<long>("holdfast.store.calls", description: "Calls of stores");

    /// <summary>Attempts after the first.</summary>
    internal static Counter<long> Retries { get; } = Meter.CreateCounter<long>("holdfast.store.retries", description: "Calls that were repeated since the store was unavailable");

    /// <summary>Bytes, by direction.</summary>
    internal static Counter<long> Bytes { get; } = Meter.CreateCounter<long>("holdfast.store.bytes", "By", "Bytes read from and written to stores");

    /// <summary>How long calls took.</summary>
    internal static Histogram<double> Duration { get; } = Meter.CreateHistogram<double>("holdfast.store.duration", "s", "Time that a call of a store took");
}
