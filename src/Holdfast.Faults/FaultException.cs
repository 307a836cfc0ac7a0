namespace Holdfast.Faults;

/// <summary>Carries a <see cref="Faults.Fault"/> up to whoever renders it. Its message is for logs: the English text.</summary>
public sealed class FaultException : Exception
{
    /// <summary>Makes an exception of a fault, with the lower-level exception that showed it, if there was one.</summary>
    public FaultException(Fault fault, Exception? innerException = null)
        : base(FaultCatalogue.Shared.Render(fault, FaultLanguage.English).ToLogLine(), innerException) => Fault = fault;

    /// <summary>What happened.</summary>
    public Fault Fault { get; }
}
