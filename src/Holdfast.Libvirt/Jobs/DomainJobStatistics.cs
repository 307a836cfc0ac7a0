namespace Holdfast.Libvirt;

/// <summary>Statistics of a domain's job.</summary>
/// <param name="Type">Whether it runs, or how it ended.</param>
/// <param name="Parameters">Everything libvirt said, by its own names (virDomainJobStats fields); values are int, uint, long, ulong, double, bool or string.</param>
public sealed record DomainJobStatistics(DomainJobType Type, IReadOnlyDictionary<string, object> Parameters)
{
    /// <summary>A job runs.</summary>
    public bool IsRunning => Type is DomainJobType.Bounded or DomainJobType.Unbounded;

    /// <summary>What the job does.</summary>
    public DomainJobOperation Operation => Parameters.TryGetValue("operation", out var o) && o is int number ? (DomainJobOperation)number : DomainJobOperation.Unknown;

    /// <summary>Bytes that the scratch files hold; null when libvirt didn't say.</summary>
    public long? ScratchUsedBytes => Bytes("disk_temp_used");

    /// <summary>Bytes that the scratch files can hold (their virtual size); null when libvirt didn't say.</summary>
    public long? ScratchTotalBytes => Bytes("disk_temp_total");

    /// <summary>libvirt's error text of a failed job; also 'Operation canceled' after a normal end of a pull backup.</summary>
    public string? ErrorMessage => Parameters.TryGetValue("errmsg", out var text) ? text as string : null;

    /// <summary>Whether a completed job succeeded; null when libvirt didn't say.</summary>
    public bool? Success => Parameters.TryGetValue("success", out var value) ? value as bool? : null;

    private long? Bytes(string name) => Parameters.TryGetValue(name, out var value) && value is ulong bytes && bytes <= long.MaxValue ? (long)bytes : null;
}
