using System.Text.Json;

namespace Holdfast.ControlPlane.Policies;

/// <summary>The policies that each new vault has, under the names that Azure's clients ask for.</summary>
public static class DefaultPolicies
{
    /// <summary>Once a day, kept for 30 days.</summary>
    public const string StandardName = "DefaultPolicy";

    /// <summary>Every four hours of the day, kept for 30 days.</summary>
    public const string EnhancedName = "EnhancedPolicy";

    private const string Standard = """
        {
          "backupManagementType": "AzureIaasVM",
          "policyType": "V1",
          "instantRPDetails": {},
          "schedulePolicy": {
            "schedulePolicyType": "SimpleSchedulePolicy",
            "scheduleRunFrequency": "Daily",
            "scheduleRunTimes": ["2026-01-01T22:30:00Z"],
            "scheduleWeeklyFrequency": 0
          },
          "retentionPolicy": {
            "retentionPolicyType": "LongTermRetentionPolicy",
            "dailySchedule": {
              "retentionTimes": ["2026-01-01T22:30:00Z"],
              "retentionDuration": { "count": 30, "durationType": "Days" }
            }
          },
          "instantRpRetentionRangeInDays": 2,
          "timeZone": "UTC"
        }
        """;

    private const string Enhanced = """
        {
          "backupManagementType": "AzureIaasVM",
          "policyType": "V2",
          "instantRPDetails": {},
          "schedulePolicy": {
            "schedulePolicyType": "SimpleSchedulePolicyV2",
            "scheduleRunFrequency": "Hourly",
            "hourlySchedule": { "interval": 4, "scheduleWindowStartTime": "2026-01-01T08:00:00Z", "scheduleWindowDuration": 12 }
          },
          "retentionPolicy": {
            "retentionPolicyType": "LongTermRetentionPolicy",
            "dailySchedule": {
              "retentionTimes": ["2026-01-01T08:00:00Z"],
              "retentionDuration": { "count": 30, "durationType": "Days" }
            }
          },
          "instantRpRetentionRangeInDays": 7,
          "timeZone": "UTC"
        }
        """;

    /// <summary>Name and content of each.</summary>
    public static IReadOnlyDictionary<string, PolicyDocument> All { get; } = new Dictionary<string, PolicyDocument>
    {
        [StandardName] = Read(Standard),
        [EnhancedName] = Read(Enhanced),
    };

    private static PolicyDocument Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return PolicyDocument.Parse(document.RootElement);
    }
}
