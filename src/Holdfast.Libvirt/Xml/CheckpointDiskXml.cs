namespace Holdfast.Libvirt;

/// <summary>One disk of a checkpoint.</summary>
public sealed record CheckpointDiskXml
{
    /// <summary>The target, such as <c>vda</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Its changes are recorded.</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>The bitmap's name in the image; null means the checkpoint's name when creating.</summary>
    public string? Bitmap { get; init; }

    /// <summary>Bytes changed since the checkpoint, by the bitmap's granularity; only read with <see cref="CheckpointXmlOptions.Size"/>.</summary>
    public long? SizeBytes { get; init; }
}
