using System.Security.Cryptography;
using System.Xml.Linq;
using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Node;
using Holdfast.Protection.Secrets;

namespace Holdfast.Protection.Restore;

/// <summary>
/// Gives a restored VM its secrets. One that the host has, with the same value, is used as it is; one that it doesn't have is defined under
/// its old UUID; where that UUID stands for another value, under a new one, which the VM's definition then names.
/// </summary>
internal sealed class SecretRestore
{
    private readonly LibvirtConnection _host;
    private readonly string _restoreId;
    private readonly Dictionary<Guid, Guid> _places = [];
    private readonly List<(Guid Uuid, string Xml, byte[] Value)> _toDefine = [];

    /// <summary>For a restore that goes by <paramref name="restoreId"/>: what it defines carries the id in its description.</summary>
    public SecretRestore(LibvirtConnection host, string restoreId) => (_host, _restoreId) = (host, restoreId);

    /// <summary>What will be defined.</summary>
    public IReadOnlyList<Guid> Defined => [.. _toDefine.Select(s => s.Uuid)];

    /// <summary>What the user should know.</summary>
    public List<Fault> Warnings { get; } = [];

    /// <summary>Decides for every secret that a definition names, and lets it name what will be there.</summary>
    public void Place(XElement root, SavedSecrets saved)
    {
        foreach (var element in root.Descendants("secret"))
        {
            var reference = new SecretReference(
                Guid.TryParse((string?)element.Attribute("uuid"), out var uuid) ? uuid : null, (string?)element.Attribute("usage"), "");
            if (saved.Find(reference) is not { } secret)
                continue;
            element.SetAttributeValue("uuid", PlaceOf(secret).ToString("D"));
            element.Attribute("usage")?.Remove();
        }

        // A TPM's state names its secret in a way of its own.
        foreach (var named in root.Descendants("encryption").Attributes("secret"))
        {
            if (Guid.TryParse(named.Value, out var uuid) && saved.Find(new SecretReference(uuid, null, "")) is { } secret)
                named.Value = PlaceOf(secret).ToString("D");
        }
    }

    /// <summary>Lets a secret be defined under its own UUID, which is free.</summary>
    public void Add(SavedSecret secret) => Define(secret, secret.Uuid);

    /// <summary>Defines them. The journal, on disk, names them.</summary>
    public async Task DefineAsync(EffectGate effects)
    {
        if (_toDefine.Count == 0)
            return;
        await effects.RunAsync(Effect.DefineSecrets, () =>
        {
            foreach (var (_, xml, value) in _toDefine)
                _host.DefineSecret(xml, value);
        }).ConfigureAwait(false);
    }

    /// <summary>Undefines what a restore defined. What somebody else has defined since under such a UUID is left alone.</summary>
    public static void Undo(LibvirtConnection host, RestoreJournal journal)
    {
        foreach (var uuid in journal.Secrets ?? [])
        {
            if (host.FindSecret(uuid) is not null && host.GetSecretXml(uuid).Contains(Mark(journal.Id), StringComparison.Ordinal))
                host.UndefineSecret(uuid);
        }
    }

    private Guid PlaceOf(SavedSecret secret)
    {
        if (_places.TryGetValue(secret.Uuid, out var place))
            return place;
        if (_host.FindSecret(secret.Uuid) is null)
            place = Define(secret, secret.Uuid);
        else if (HasSameValue(secret))
            place = secret.Uuid;
        else
        {
            place = Define(secret, Guid.NewGuid());
            Warnings.Add(RestoreFaults.SecretUuidTaken(secret.Uuid.ToString("D"), place.ToString("D")));
        }

        return _places[secret.Uuid] = place;
    }

    private Guid Define(SavedSecret secret, Guid uuid)
    {
        var root = XElement.Parse(secret.Xml);
        root.SetElementValue("uuid", uuid.ToString("D"));
        root.SetElementValue("description", $"{(string?)root.Element("description")} {Mark(_restoreId)}".TrimStart());
        // Of each usage libvirt knows one secret only.
        if (secret.UsageType is not SecretUsageType.None && _host.FindSecret(secret.UsageType, secret.UsageId) is not null)
            root.Element("usage")?.Remove();
        _toDefine.Add((uuid, root.ToString(), secret.Value));
        return uuid;
    }

    private bool HasSameValue(SavedSecret secret)
    {
        try
        {
            var value = _host.ReadSecretValue(secret.Uuid);
            var isSame = CryptographicOperations.FixedTimeEquals(value, secret.Value);
            CryptographicOperations.ZeroMemory(value);
            return isSame;
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            return false;
        }
    }

    private static string Mark(string restoreId) => $"(restored by Holdfast, {restoreId})";
}
