namespace Holdfast.ControlPlane.Tests.Policies;

/// <summary>Policies as Azure's clients write them.</summary>
internal static class PolicyBodies
{
    /// <summary>What <c>az backup policy create</c> sends.</summary>
    public const string AzDaily = """
        {"protectedItemsCount": 0, "backupManagementType": "AzureIaasVM", "instantRPDetails": {}, "schedulePolicy": {"schedulePolicyType":
        "SimpleSchedulePolicy", "scheduleRunFrequency": "Daily", "scheduleRunTimes": ["2026-01-01T16:00:00.000Z"], "scheduleWeeklyFrequency": 0},
        "retentionPolicy": {"retentionPolicyType": "LongTermRetentionPolicy", "dailySchedule": {"retentionTimes": ["2026-01-01T16:00:00.000Z"],
        "retentionDuration": {"count": 30, "durationType": "Days"}}}, "instantRpRetentionRangeInDays": 2, "timeZone": "UTC", "policyType": "V1"}
        """;

    /// <summary>Every rule at once, as the portal's templates write them: unused parts are null.</summary>
    public const string DailyWithEverything = """
        {"backupManagementType":"AzureIaasVM","schedulePolicy":{"schedulePolicyType":"SimpleSchedulePolicy","scheduleRunFrequency":"Daily",
        "scheduleRunDays":null,"scheduleRunTimes":["2020-08-02T01:00:00Z"],"scheduleWeeklyFrequency":0},"retentionPolicy":{
        "retentionPolicyType":"LongTermRetentionPolicy",
        "dailySchedule":{"retentionTimes":["2020-08-02T01:00:00Z"],"retentionDuration":{"count":180,"durationType":"Days"}},
        "weeklySchedule":{"daysOfTheWeek":["Sunday","Thursday"],"retentionTimes":["2020-08-02T01:00:00Z"],
        "retentionDuration":{"count":104,"durationType":"Weeks"}},
        "monthlySchedule":{"retentionScheduleFormatType":"Weekly","retentionScheduleDaily":null,"retentionScheduleWeekly":{
        "daysOfTheWeek":["Sunday"],"weeksOfTheMonth":["First","Last"]},"retentionTimes":["2020-08-02T01:00:00Z"],
        "retentionDuration":{"count":60,"durationType":"Months"}},
        "yearlySchedule":{"retentionScheduleFormatType":"Daily","monthsOfYear":["February","August"],"retentionScheduleDaily":{
        "daysOfTheMonth":[{"date":1,"isLast":false},{"date":0,"isLast":true}]},"retentionScheduleWeekly":null,
        "retentionTimes":["2020-08-02T01:00:00Z"],"retentionDuration":{"count":10,"durationType":"Years"}}},
        "instantRpRetentionRangeInDays":5,"timeZone":"Pacific Standard Time","tieringPolicy":{"ArchivedRP":{"tieringMode":"DoNotTier","duration":0,
        "durationType":"Invalid"}}}
        """;

    public const string Weekly = """
        {"backupManagementType":"AzureIaasVM","policyType":"V1","schedulePolicy":{"schedulePolicyType":"SimpleSchedulePolicy",
        "scheduleRunFrequency":"Weekly","scheduleRunDays":["Monday","Wednesday"],"scheduleRunTimes":["2020-08-02T10:00:00+00:00"]},
        "retentionPolicy":{"retentionPolicyType":"LongTermRetentionPolicy","weeklySchedule":{"daysOfTheWeek":["Wednesday","Monday"],
        "retentionTimes":["2020-08-02T10:00:00Z"],"retentionDuration":{"count":1,"durationType":"Weeks"}},
        "monthlySchedule":{"retentionScheduleFormatType":"Weekly","retentionScheduleWeekly":{"daysOfTheWeek":["Monday"],
        "weeksOfTheMonth":["Second"]},"retentionDuration":{"count":2,"durationType":"Months"}}},"timeZone":"India Standard Time"}
        """;

    public const string Hourly = """
        {"backupManagementType":"AzureIaasVM","policyType":"V2","schedulePolicy":{"schedulePolicyType":"SimpleSchedulePolicyV2",
        "scheduleRunFrequency":"Hourly","hourlySchedule":{"interval":4,"scheduleWindowStartTime":"2021-12-17T08:00:00Z",
        "scheduleWindowDuration":16}},"retentionPolicy":{"retentionPolicyType":"LongTermRetentionPolicy","dailySchedule":{
        "retentionTimes":["2021-12-17T08:00:00+00:00"],"retentionDuration":{"count":180,"durationType":"Days"}}},
        "instantRpRetentionRangeInDays":30,"timeZone":"Asia/Taipei","snapshotConsistencyType":"OnlyCrashConsistent",
        "resourceGuardOperationRequests":[]}
        """;

    public const string EnhancedWeekly = """
        {"backupManagementType":"AzureIaasVM","policyType":"V2","schedulePolicy":{"schedulePolicyType":"SimpleSchedulePolicyV2",
        "scheduleRunFrequency":"Weekly","weeklySchedule":{"scheduleRunDays":["Saturday"],"scheduleRunTimes":["2021-12-17T08:30:00Z"]}},
        "retentionPolicy":{"retentionPolicyType":"LongTermRetentionPolicy","weeklySchedule":{"daysOfTheWeek":["Saturday"],
        "retentionTimes":["2021-12-17T08:30:00Z"],"retentionDuration":{"count":12,"durationType":"Weeks"}}},
        "holdfast":{"startWindowMinutes":0,"rebind":"automatic"}}
        """;

    public static readonly string[] All = [AzDaily, DailyWithEverything, Weekly, Hourly, EnhancedWeekly];
}
