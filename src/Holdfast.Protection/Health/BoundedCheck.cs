using System.Globalization;
using Holdfast.Faults;
using Holdfast.GuestAgent;
using Holdfast.Libvirt;

namespace Holdfast.Protection.Health;

/// <summary>Runs one check within its bound. Whatever goes wrong in it is 'unknown', but for a connection that is lost: that is the host's matter.</summary>
internal sealed class BoundedCheck(HealthOptions options)
{
    /// <exception cref="LibvirtException">The connection to libvirt is lost.</exception>
    public async Task<IReadOnlyList<HealthResult>> RunAsync<T>(HealthCheck<T> check, T subject, HealthSubject named, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        IReadOnlyList<HealthFinding> findings;
        try
        {
            findings = await Task.Run(() => check.RunAsync(subject, limit.Token), limit.Token).WaitAsync(options.CheckLimit, options.Time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            findings = [NotRun(string.Create(CultureInfo.InvariantCulture, $"it took longer than {options.CheckLimit.TotalSeconds:0.#} s"))];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            findings = [NotRun("it was given up")];
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            findings = [NotRun(e.Message)];
        }
        catch (GuestAgentException e)
        {
            findings = [HealthFinding.Unknown(e.Message)];
        }
        catch (FaultException e)
        {
            findings = [new HealthFinding(HealthOutcome.Unknown, e.Message, e.Fault)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or InvalidDataException or System.Xml.XmlException or LibvirtXmlException)
        {
            findings = [NotRun(e.Message)];
        }

        return [.. findings.Select(f => new HealthResult(named, check.Area, check.Name, f.Outcome, GuestText.Clean(f.Found.ReplaceLineEndings(" "), 300), f.Fault))];

        HealthFinding NotRun(string why) => new(HealthOutcome.Unknown, why, HealthFaults.CheckNotRun(check.Name, named.Name, why));
    }
}
