using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Holdfast.ControlPlane.Persistence;

/// <summary>Stores an instant as its UTC ticks: both databases then compare and order it, and nothing is lost.</summary>
public sealed class InstantConverter() : ValueConverter<DateTimeOffset, long>(
    instant => instant.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
