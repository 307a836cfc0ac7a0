using Holdfast.Faults;
using Holdfast.Protection.Health;
using Holdfast.Protection.Health.Network;
using Holdfast.Protection.Health.Remedies;

namespace Holdfast.Api.Native;

/// <summary>An examination.</summary>
/// <param name="Worst">The worst outcome.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Results">What each check said.</param>
/// <param name="Remedies">What can be done about it, safe remedies first.</param>
/// <param name="Endpoints">What the node has to reach over the network.</param>
public sealed record NativeHealth(
    HealthOutcome Worst, double Seconds, IReadOnlyList<NativeHealthResult> Results, IReadOnlyList<NativeRemedy> Remedies, IReadOnlyList<NativeEndpoint> Endpoints)
{
    /// <summary>From the engine's report; texts in a language.</summary>
    public static NativeHealth Of(HealthReport report, FaultLanguage language)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new(
            report.Worst, Math.Round(report.Duration.TotalSeconds, 3), [.. report.Results.Select(r => NativeHealthResult.Of(r, language))],
            [.. RemedyPlan.Of(report).Where(r => r.Grade is not RemedyGrade.Manual).Select(NativeRemedy.Of)],
            [.. report.Endpoints.Select(e => new NativeEndpoint(e.Endpoint.Purpose, e.Endpoint.Host, e.Endpoint.Port, e.Endpoint.Protocol, e.Proxy))]);
    }

    /// <summary>The engine's report. Remedies follow from its results.</summary>
    public HealthReport ToReport() => new([.. Results.Select(r => r.ToResult())], TimeSpan.FromSeconds(Seconds))
    {
        Endpoints = [.. Endpoints.Select(e => new EndpointToAllow(new HealthEndpoint(e.Purpose, e.Host, e.Port, e.Protocol), e.Proxy))],
    };
}

/// <summary>What one check said.</summary>
/// <param name="Kind">What was looked at: vm, host, node, vault, endpoint or policy.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">A VM's UUID, or null.</param>
/// <param name="Host">A VM's host, or null.</param>
/// <param name="Area">What the check is about.</param>
/// <param name="Check">The check.</param>
/// <param name="Outcome">What it says.</param>
/// <param name="Found">What was seen.</param>
/// <param name="Fault">The fault, or null.</param>
/// <param name="Message">The fault in the caller's language, or null.</param>
/// <param name="Actions">What to do about it, in the caller's language.</param>
public sealed record NativeHealthResult(
    string Kind, string Name, Guid? Id, string? Host, HealthArea Area, string Check, HealthOutcome Outcome, string Found, NativeFault? Fault, string? Message = null,
    IReadOnlyList<string>? Actions = null)
{
    /// <summary>From the engine's result.</summary>
    public static NativeHealthResult Of(HealthResult result, FaultLanguage language)
    {
        ArgumentNullException.ThrowIfNull(result);
        var text = result.Fault is null ? null : FaultCatalogue.Shared.Render(result.Fault, language);
        return new(
            result.Subject.Kind, result.Subject.Name, result.Subject.Id, result.Subject.Host, result.Area, result.Check, result.Outcome, result.Found,
            result.Fault is null ? null : NativeFault.Of(result.Fault), text?.Message, text?.Actions);
    }

    /// <summary>The engine's result.</summary>
    public HealthResult ToResult() => new(new HealthSubject(Kind, Name, Id, Host), Area, Check, Outcome, Found, Fault?.ToFault());
}

/// <summary>A remedy that a node can carry out.</summary>
/// <param name="Kind">What is done: the last part of its address.</param>
/// <param name="Grade">Safe or disruptive.</param>
/// <param name="Vm">The VM.</param>
/// <param name="VmId">The VM's UUID.</param>
/// <param name="WillDo">What it will do.</param>
/// <param name="Fault">What it is for: the body of the request.</param>
public sealed record NativeRemedy(RemedyKind Kind, RemedyGrade Grade, string Vm, Guid? VmId, string WillDo, NativeFault Fault)
{
    /// <summary>From the engine's remedy.</summary>
    public static NativeRemedy Of(Remedy remedy)
    {
        ArgumentNullException.ThrowIfNull(remedy);
        return new(remedy.Kind, remedy.Grade, remedy.Subject.Name, remedy.Subject.Id, remedy.WillDo, NativeFault.Of(remedy.Fault));
    }
}

/// <summary>An endpoint that a firewall has to allow.</summary>
/// <param name="Purpose">What it is needed for.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Protocol">What is spoken there.</param>
/// <param name="Proxy">The proxy server in its place, or null.</param>
public sealed record NativeEndpoint(string Purpose, string Host, int Port, EndpointProtocol Protocol, string? Proxy);
