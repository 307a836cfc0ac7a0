using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Faults;

namespace Holdfast.ControlPlane.Policies;

/// <summary>
/// A policy as Azure's API writes it: the <c>properties</c> object of a <c>backupPolicies</c> resource. What a client sent comes back as it was sent;
/// absent defaults are filled in, and what a server says (<c>protectedItemsCount</c>) is added when it is asked for.
/// </summary>
/// <remarks>
/// Holdfast's own settings stand in <c>holdfast</c>: <c>startWindowMinutes</c> and <c>rebind</c> (ask or automatic). Azure's clients drop what they don't know
/// when they write a policy back, so that an absent setting keeps its present value.
/// </remarks>
public sealed class PolicyDocument
{
    /// <summary>Longest start window. Backups of a policy are at least four hours apart; no item may start after the next is due.</summary>
    public static readonly TimeSpan StartWindowMax = TimeSpan.FromMinutes(239);

    /// <summary>Start window of a policy that says nothing about it.</summary>
    public static readonly TimeSpan StartWindowDefault = TimeSpan.FromMinutes(60);

    private const string ItemsCount = "protectedItemsCount";
    private const string GuardRequests = "resourceGuardOperationRequests";
    private const string Own = "holdfast";

    private readonly JsonObject _properties;

    private PolicyDocument(BackupPolicy policy, JsonObject properties)
    {
        Policy = policy;
        _properties = properties;
    }

    /// <summary>What the document says.</summary>
    public BackupPolicy Policy { get; }

    /// <summary>Reads and checks what a client sent.</summary>
    /// <param name="properties">The resource's <c>properties</c>.</param>
    /// <param name="current">The policy that it replaces, if there is one.</param>
    /// <exception cref="FaultException">It can't be carried out; the fault names the field.</exception>
    public static PolicyDocument Parse(JsonElement properties, PolicyDocument? current = null)
    {
        var top = new PolicyField(properties, "").WithNames(
            ItemsCount, "backupManagementType", GuardRequests, "instantRPDetails", "schedulePolicy", "retentionPolicy", "tieringPolicy",
            "instantRpRetentionRangeInDays", "timeZone", "policyType", "snapshotConsistencyType", Own);
        top.Find(ItemsCount)?.Whole(0, int.MaxValue);
        top.Get("backupManagementType").OneOf(("AzureIaasVM", true));
        top.Find("instantRPDetails")?.WithNames("azureBackupRGNamePrefix", "azureBackupRGNameSuffix");
        Tiering(top.Find("tieringPolicy"));
        var generation = top.Find("policyType")?.OneOf(("V1", PolicyGeneration.Standard), ("V2", PolicyGeneration.Enhanced)) ?? PolicyGeneration.Standard;
        var isEnhanced = generation == PolicyGeneration.Enhanced;
        var schedulePolicy = top.Get("schedulePolicy");
        var schedule = ScheduleReader.Read(schedulePolicy, generation);
        var (baseRule, longer) = RetentionReader.Read(top.Get("retentionPolicy"), schedule, schedulePolicy.Get("scheduleRunFrequency"));
        var own = top.Find(Own)?.WithNames("startWindowMinutes", "rebind");
        var policy = new BackupPolicy(
            generation,
            schedule,
            baseRule,
            longer,
            Zone(top.Find("timeZone"), current),
            top.Find("instantRpRetentionRangeInDays")?.Whole(1, isEnhanced ? 30 : 5) ?? (isEnhanced ? 7 : 2),
            top.Find("snapshotConsistencyType")?.OneOf(("OnlyCrashConsistent", true)) ?? false,
            own?.Find("startWindowMinutes")?.Whole(0, (int)StartWindowMax.TotalMinutes) is { } minutes
                ? TimeSpan.FromMinutes(minutes) : current?.Policy.StartWindow ?? StartWindowDefault,
            own?.Find("rebind")?.OneOf(("ask", false), ("automatic", true)) ?? current?.Policy.RebindAutomatically ?? false);
        return new(policy, Normalised(properties, policy));
    }

    /// <summary>Reads what <see cref="ToStoredJson"/> wrote.</summary>
    public static PolicyDocument FromStored(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Parse(document.RootElement);
    }

    /// <summary>The document as it is kept.</summary>
    public string ToStoredJson() => _properties.ToJsonString();

    /// <summary>The <c>properties</c> as a client gets them.</summary>
    /// <param name="protectedItemsCount">How many items use the policy. Clients count on its presence.</param>
    public JsonObject ToProperties(int protectedItemsCount)
    {
        var properties = (JsonObject)_properties.DeepClone();
        properties[ItemsCount] = protectedItemsCount;
        return properties;
    }

    private static PolicyTimeZone Zone(PolicyField? field, PolicyDocument? current) => field is not { } given
        ? current?.Policy.TimeZone ?? PolicyTimeZone.Utc
        : PolicyTimeZone.Find(given.Text()) ?? throw PolicyFaults.TimeZoneUnknown(given.Text()).ToException();

    /// <summary>There is no archive tier: a policy that counts on one isn't taken.</summary>
    private static void Tiering(PolicyField? tiering)
    {
        if (tiering?.WithNames("ArchivedRP").Find("ArchivedRP") is not { } archive)
            return;
        archive.WithNames("tieringMode", "duration", "durationType");
        archive.Find("tieringMode")?.OneOf(("DoNotTier", true), ("Invalid", true));
        archive.Find("duration")?.Whole(0, 0);
        archive.Find("durationType")?.OneOf(("Invalid", true), ("Days", true), ("Weeks", true), ("Months", true), ("Years", true));
    }

    private static JsonObject Normalised(JsonElement sent, BackupPolicy policy)
    {
        var properties = (JsonObject)WithoutNulls(JsonObject.Create(sent)!)!;
        properties.Remove(ItemsCount);
        properties.Remove(GuardRequests);
        properties.TryAdd("policyType", policy.Generation == PolicyGeneration.Enhanced ? "V2" : "V1");
        properties.TryAdd("timeZone", policy.TimeZone.Name);
        properties.TryAdd("instantRpRetentionRangeInDays", policy.InstantRestoreDays);
        properties[Own] = new JsonObject
        {
            ["startWindowMinutes"] = (int)policy.StartWindow.TotalMinutes,
            ["rebind"] = policy.RebindAutomatically ? "automatic" : "ask",
        };
        return properties;
    }

    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, WithoutNulls(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };
}
