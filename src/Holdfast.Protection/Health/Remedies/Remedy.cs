using Holdfast.Faults;

namespace Holdfast.Protection.Health.Remedies;

/// <summary>One thing that can be done about one fault of one subject.</summary>
/// <param name="Subject">Whom it concerns.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Grade">What it asks of whoever lets it be done.</param>
/// <param name="WillDo">What it will do, said before it is done.</param>
/// <param name="Fault">The fault that it is for.</param>
public sealed record Remedy(HealthSubject Subject, RemedyKind Kind, RemedyGrade Grade, string WillDo, Fault Fault);
