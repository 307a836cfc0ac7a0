using Holdfast.Faults;

namespace Holdfast.ControlPlane.Access;

/// <summary>The file that the <see cref="NodeKey"/> is read from, once.</summary>
/// <param name="path">Where it lies.</param>
public sealed class NodeKeyFile(string path)
{
    private readonly Lock _reading = new();
    private NodeKey? _key;

    /// <summary>Where it lies.</summary>
    public string Path => path;

    /// <summary>Whether the file is there.</summary>
    public bool Exists => File.Exists(path);

    /// <summary>The key.</summary>
    /// <exception cref="FaultException">The file isn't there or can't be used.</exception>
    public NodeKey Key
    {
        get
        {
            lock (_reading)
                return _key ??= Exists ? NodeKey.Read(path) : throw AccessFaults.NodeKeyMissing(path).ToException();
        }
    }

    /// <summary>Makes the file if it isn't there.</summary>
    public void Ensure()
    {
        lock (_reading)
            _key ??= Exists ? NodeKey.Read(path) : NodeKey.Create(path);
    }

    /// <summary>Puts a new key in the old one's place.</summary>
    public void CreateAnew()
    {
        lock (_reading)
        {
            File.Delete(path);
            _key = NodeKey.Create(path);
        }
    }
}
