using Holdfast.Api.Replies;
using Holdfast.Api.Requests;

namespace Holdfast.Api.Routing;

/// <summary>The table of the API's addresses. A feature adds its own in a <c>Map</c> method.</summary>
public sealed class ArmRoutes
{
    /// <summary>A subscription.</summary>
    public const string Subscription = "/subscriptions/{subscription}";

    /// <summary>A resource group.</summary>
    public const string Group = Subscription + "/resourceGroups/{group}";

    /// <summary>A Recovery Services vault.</summary>
    public const string Vault = Group + "/providers/Microsoft.RecoveryServices/vaults/{vault}";

    /// <summary>The only fabric there is; its name isn't looked at.</summary>
    public const string Fabric = Vault + "/backupFabrics/{fabric}";

    /// <summary>A container.</summary>
    public const string Container = Fabric + "/protectionContainers/{container}";

    /// <summary>A protected item.</summary>
    public const string Item = Container + "/protectedItems/{item}";

    /// <summary>A recovery point.</summary>
    public const string Point = Item + "/recoveryPoints/{point}";

    private readonly List<ArmRoute> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<ArmRoute> All => _all;

    /// <summary>Adds an address above all resources: whoever is logged in may ask, and is shown what they may see.</summary>
    public void Root(string path, Func<ArmCall, Task<ArmReply>> handle) =>
        _all.Add(new(HttpMethods.Get, "", path, "", isFilteredList: true, hasBody: false, handle));

    /// <summary>Adds an address that reads.</summary>
    public void Get(string resource, string suffix, string action, Func<ArmCall, Task<ArmReply>> handle) => Add(HttpMethods.Get, resource, suffix, action, handle);

    /// <summary>Adds a list at a scope, of which the caller is shown what they may see.</summary>
    public void List(string resource, string suffix, string action, Func<ArmCall, Task<ArmReply>> handle) =>
        _all.Add(new(HttpMethods.Get, resource, suffix, action, isFilteredList: true, hasBody: false, handle));

    /// <summary>Adds an address without a body.</summary>
    public void Add(string method, string resource, string suffix, string action, Func<ArmCall, Task<ArmReply>> handle) =>
        _all.Add(new(method, resource, suffix, action, isFilteredList: false, hasBody: false, handle));

    /// <summary>Adds an address with a body: it is read, then what it names is checked, and only then it is handled.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="resource">The resource's template.</param>
    /// <param name="suffix">What follows the resource.</param>
    /// <param name="action">The action that is needed on the resource.</param>
    /// <param name="read">Reads the body; what it leaves is refused.</param>
    /// <param name="needs">What is needed on the resources that the body names.</param>
    /// <param name="handle">Does what is asked.</param>
    /// <param name="anyScopeWithin">Whether a right on anything below the resource is enough for <paramref name="action"/>, because <paramref name="needs"/> say what counts.</param>
    public void Add<TBody>(
        string method, string resource, string suffix, string action, Func<ArmCall, BodyObject, TBody> read, Func<ArmCall, TBody, IEnumerable<AccessNeed>> needs,
        Func<ArmCall, TBody, Task<ArmReply>> handle, bool anyScopeWithin = false)
    {
        _all.Add(new(method, resource, suffix, action, anyScopeWithin, hasBody: true, async call =>
        {
            var root = await BodyReader.ReadAsync(call.Http.Request, call.Aborted);
            var body = read(call, root);
            root.Done();
            foreach (var need in needs(call, body))
                call.Require(need);
            return await handle(call, body);
        }));
    }
}
