using Holdfast.Api.Replies;

namespace Holdfast.Api.Routing;

/// <summary>An address of the API with the right that it needs. Every route is made by <see cref="ArmRoutes"/>, so that none lacks one.</summary>
public sealed class ArmRoute
{
    internal ArmRoute(string method, string resource, string suffix, string action, bool isFilteredList, bool hasBody, Func<ArmCall, Task<ArmReply>> run)
    {
        Method = method;
        Resource = resource;
        Suffix = suffix;
        Action = action;
        IsFilteredList = isFilteredList;
        HasBody = hasBody;
        Run = run;
    }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>Template of the resource that the action is asked of: <c>/subscriptions/{subscription}/…</c>.</summary>
    public string Resource { get; }

    /// <summary>What follows it in the address: a list (<c>/backupJobs</c>), an action (<c>/cancel</c>), or nothing.</summary>
    public string Suffix { get; }

    /// <summary>The whole address.</summary>
    public string Template => Resource + Suffix;

    /// <summary>The action that the caller needs, as Azure Resource Manager names it.</summary>
    public string Action { get; }

    /// <summary>Whether it lists below a scope: a right on anything below is enough to ask, and only what the caller may see is answered.</summary>
    public bool IsFilteredList { get; }

    /// <summary>Whether it takes a body.</summary>
    public bool HasBody { get; }

    /// <summary>Whether it may change something.</summary>
    public bool IsChange => Method != HttpMethods.Get && !Action.EndsWith("/read", StringComparison.Ordinal);

    internal Func<ArmCall, Task<ArmReply>> Run { get; }
}
