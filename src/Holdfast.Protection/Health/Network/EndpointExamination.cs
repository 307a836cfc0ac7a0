namespace Holdfast.Protection.Health.Network;

/// <summary>Goes the way to one endpoint layer by layer. Where it ends, what lies beyond is unknown, without a fault of its own.</summary>
internal sealed class EndpointExamination(HealthEndpoint endpoint, NetworkPlace place, HealthOptions options)
{
    private readonly BoundedCheck _bounded = new(options);

    public async Task<IReadOnlyList<HealthResult>> RunAsync(CancellationToken ct)
    {
        await using var way = new EndpointWay(endpoint, place, options);
        var subject = new HealthSubject("endpoint", endpoint.Name);
        var results = new List<HealthResult>();
        string? end = null;
        foreach (var layer in HealthChecks.OfWay)
        {
            if (layer.Applies(way) && end is not null)
            {
                results.Add(new HealthResult(subject, layer.Area, layer.Name, HealthOutcome.Unknown, $"the way ends at '{end}'", null));
            }
            else if (layer.Applies(way))
            {
                var found = await _bounded.RunAsync(layer, way, subject, ct).ConfigureAwait(false);
                results.AddRange(found);
                if (layer.LeadsOn && found.Any(r => r.Outcome is not HealthOutcome.Passed))
                    end = layer.Name;
            }
        }

        return results;
    }
}
