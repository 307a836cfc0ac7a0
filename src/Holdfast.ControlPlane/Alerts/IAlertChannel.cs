namespace Holdfast.ControlPlane.Alerts;

/// <summary>A way to tell people or programs of alerts.</summary>
public interface IAlertChannel
{
    /// <summary>Its name: mail:ADDRESS or webhook:NAME.</summary>
    string Name { get; }

    /// <summary>Sends a message. Returns when it was taken; may send it again if the answer got lost.</summary>
    /// <exception cref="Faults.FaultException">It wasn't taken.</exception>
    Task SendAsync(AlertMessage message, CancellationToken ct);
}
