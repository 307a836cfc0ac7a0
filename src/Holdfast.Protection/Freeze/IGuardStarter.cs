namespace Holdfast.Protection.Freeze;

/// <summary>Starts guard processes.</summary>
public interface IGuardStarter
{
    /// <summary>Starts one. It waits for its order.</summary>
    IGuardProcess Start();
}
