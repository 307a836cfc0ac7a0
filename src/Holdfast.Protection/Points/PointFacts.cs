using System.Text;
using System.Text.Json;
using Holdfast.Vault;

namespace Holdfast.Protection.Points;

/// <summary>A recovery point as plain values, for whoever is told of it without its store at hand.</summary>
/// <param name="VaultId">The store that it is in.</param>
/// <param name="SourceId">The VM's UUID.</param>
/// <param name="PointId">Its id.</param>
/// <param name="CreatedUtc">The instant that it shows.</param>
/// <param name="Details">What the engine wrote of VM and run, as it lies in the store.</param>
/// <param name="LogicalBytes">The sum of the disks' sizes.</param>
/// <param name="HandedBytes">Bytes handed to the store as data or zeros.</param>
/// <param name="ZeroBytes">Of these, zeros.</param>
/// <param name="NewBytes">Bytes of chunks that the store didn't have.</param>
/// <param name="StoredBytes">Bytes that the store grew by.</param>
/// <param name="IsProtected">Kept until somebody takes this back.</param>
/// <param name="RetainUntil">Kept at least until then.</param>
public sealed record PointFacts(
    Guid VaultId, Guid SourceId, Guid PointId, DateTimeOffset CreatedUtc, JsonElement Details, long LogicalBytes, long HandedBytes, long ZeroBytes, long NewBytes,
    long StoredBytes, bool IsProtected, DateTimeOffset? RetainUntil)
{
    /// <summary>From the engine's point.</summary>
    public static PointFacts Of(RecoveryPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var (stored, statistics) = (point.Stored, point.Stored.Statistics);
        using var details = JsonDocument.Parse(PointDetailsJson.Write(point.Details));
        return new(
            stored.VaultId.Value, stored.SourceId.Value, stored.PointId.Value, stored.CreatedUtc, details.RootElement.Clone(), statistics.LogicalBytes,
            statistics.ReadBytes, statistics.ZeroBytes, statistics.NewBytes, statistics.StoredBytes, stored.Retention.Protected, stored.Retention.RetainUntil);
    }

    /// <summary>The engine's point, but for what only a reader of the store needs: maps and attachments.</summary>
    /// <exception cref="FormatException">The details are of a format that this program doesn't read.</exception>
    public RecoveryPoint ToPoint()
    {
        var properties = Encoding.UTF8.GetBytes(Details.GetRawText());
        return new(
            new Point(
                new VaultId(VaultId), new SourceId(SourceId), new PointId(PointId), CreatedUtc, [], [], properties,
                new PointStatistics(LogicalBytes, HandedBytes, ZeroBytes, NewBytes, StoredBytes), new RetentionMark(IsProtected, RetainUntil)),
            PointDetailsJson.Read(properties));
    }
}
