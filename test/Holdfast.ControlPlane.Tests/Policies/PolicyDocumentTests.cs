using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.ControlPlane.Policies;
using Holdfast.Faults;
using NodaTime;

namespace Holdfast.ControlPlane.Tests.Policies;

public sealed class PolicyDocumentTests
{
    public static TheoryData<string> Bodies => [.. PolicyBodies.All];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void What_a_client_sent_comes_back_with_defaults_and_the_count_of_items(string body)
    {
        var sent = (JsonObject)JsonNode.Parse(body)!;
        var answer = PolicyDocument.FromStored(Parse(body).ToStoredJson()).ToProperties(7);
        Assert.Equal(7, (int)answer["protectedItemsCount"]!);
        Assert.NotNull(answer["policyType"]);
        Assert.NotNull(answer["timeZone"]);
        Assert.NotNull(answer["holdfast"]!["startWindowMinutes"]);
        foreach (var (name, value) in sent.Where(p => p.Key is not ("protectedItemsCount" or "resourceGuardOperationRequests")))
            Assert.True(JsonNode.DeepEquals(Pruned(value), answer[name]), $"{name}: {answer[name]}");
    }

    [Fact]
    public void A_daily_policy_with_every_rule_is_understood()
    {
        var policy = Parse(PolicyBodies.DailyWithEverything).Policy;
        Assert.Equal(PolicyGeneration.Standard, policy.Generation);
        Assert.Equal(new DailySchedule(new LocalTime(1, 0)), policy.Schedule);
        Assert.Equal("America/Los_Angeles", policy.TimeZone.Zone.Id);
        Assert.Equal(5, policy.InstantRestoreDays);
        Assert.Equal(
            [(RetentionTag.Daily, 180), (RetentionTag.Weekly, 104), (RetentionTag.Monthly, 60), (RetentionTag.Yearly, 10)],
            policy.Rules.Select(r => (r.Tag, r.Count)));
        Assert.Equal(
            ["2020-02-01", "2020-02-29", "2020-08-01", "2020-08-31", "2021-02-01", "2021-02-28"],
            DaysOf(policy.Longer[2], new LocalDate(2020, 1, 1), 450));
        Assert.Equal(
            ["2020-02-02", "2020-02-23", "2020-03-01", "2020-03-29"], DaysOf(policy.Longer[1], new LocalDate(2020, 2, 1), 60));
    }

    [Fact]
    public void An_hourly_policy_is_understood()
    {
        var policy = Parse(PolicyBodies.Hourly).Policy;
        Assert.Equal(new HourlySchedule(4, new LocalTime(8, 0), 16), policy.Schedule);
        Assert.Equal("Asia/Taipei", policy.TimeZone.Zone.Id);
        Assert.True(policy.CrashConsistentOnly);
        Assert.Equal(TimeSpan.FromMinutes(60), policy.StartWindow);
    }

    [Fact]
    public void A_weekly_policy_keeps_every_point_by_its_weekly_rule()
    {
        var policy = Parse(PolicyBodies.Weekly).Policy;
        Assert.Equal(RetentionTag.Weekly, policy.Base.Tag);
        Assert.Equal([RetentionTag.Monthly], policy.Longer.Select(r => r.Tag));
        Assert.True(Assert.IsType<WeeklySchedule>(policy.Schedule).Days.SetEquals([IsoDayOfWeek.Monday, IsoDayOfWeek.Wednesday]));
    }

    [Fact]
    public void Own_settings_stay_when_a_client_that_does_not_know_them_writes_the_policy_back()
    {
        var first = Parse(PolicyBodies.EnhancedWeekly);
        Assert.Equal(TimeSpan.Zero, first.Policy.StartWindow);
        Assert.True(first.Policy.RebindAutomatically);
        using var other = JsonDocument.Parse(PolicyBodies.AzDaily);
        var second = PolicyDocument.Parse(other.RootElement, first).Policy;
        Assert.Equal(TimeSpan.Zero, second.StartWindow);
        Assert.True(second.RebindAutomatically);
        Assert.Equal(PolicyGeneration.Standard, second.Generation);
    }

    [Fact]
    public void New_vaults_have_a_standard_and_an_enhanced_policy()
    {
        Assert.Equal(PolicyGeneration.Standard, DefaultPolicies.All["DefaultPolicy"].Policy.Generation);
        Assert.Equal(PolicyGeneration.Enhanced, DefaultPolicies.All["EnhancedPolicy"].Policy.Generation);
        Assert.Equal(30, DefaultPolicies.All["DefaultPolicy"].Policy.Base.Count);
    }

    [Theory]
    [InlineData("backupManagementType", "'AzureStorage'", "HoldfastPolicyValueNotAllowed", "backupManagementType")]
    [InlineData("backupManagementType", null, "HoldfastPolicyFieldMissing", "backupManagementType")]
    [InlineData("policyType", "'V3'", "HoldfastPolicyValueNotAllowed", "policyType")]
    [InlineData("policyType", "'V2'", "HoldfastPolicyFieldUnknown", "schedulePolicy.scheduleRunTimes")]
    [InlineData("surprise", "1", "HoldfastPolicyFieldUnknown", "surprise")]
    [InlineData("timeZone", "'Middle Earth Time'", "HoldfastPolicyTimeZoneUnknown", null)]
    [InlineData("timeZone", "5", "HoldfastPolicyFieldType", "timeZone")]
    [InlineData("instantRpRetentionRangeInDays", "6", "HoldfastPolicyNumberOutOfRange", "instantRpRetentionRangeInDays")]
    [InlineData("instantRpRetentionRangeInDays", "2.5", "HoldfastPolicyNumberOutOfRange", "instantRpRetentionRangeInDays")]
    [InlineData("schedulePolicy", "[]", "HoldfastPolicyFieldType", "schedulePolicy")]
    [InlineData("schedulePolicy.scheduleRunTimes", "[]", "HoldfastPolicyFieldMissing", "schedulePolicy.scheduleRunTimes[0]")]
    [InlineData("schedulePolicy.scheduleRunTimes", "['16:00']", "HoldfastPolicyTimeInvalid", "schedulePolicy.scheduleRunTimes[0]")]
    [InlineData("schedulePolicy.scheduleRunTimes", "['2026-01-01T16:00:30Z']", "HoldfastPolicyTimeInvalid", "schedulePolicy.scheduleRunTimes[0]")]
    [InlineData("schedulePolicy.scheduleRunTimes", "['2026-01-01T25:00:00Z']", "HoldfastPolicyTimeInvalid", "schedulePolicy.scheduleRunTimes[0]")]
    [InlineData("schedulePolicy.scheduleRunTimes", "['\\ud800']", "HoldfastPolicyFieldType", "schedulePolicy.scheduleRunTimes[0]")]
    [InlineData(
        "schedulePolicy.scheduleRunTimes", "['2026-01-01T16:00:00Z','2026-01-01T18:00:00Z']", "HoldfastPolicyNumberOutOfRange",
        "schedulePolicy.scheduleRunTimes.length")]
    [InlineData("schedulePolicy.scheduleRunFrequency", "'Hourly'", "HoldfastPolicyValueNotAllowed", "schedulePolicy.scheduleRunFrequency")]
    [InlineData("schedulePolicy.scheduleRunFrequency", "'Weekly'", "HoldfastPolicyFieldMissing", "schedulePolicy.scheduleRunDays")]
    [InlineData("schedulePolicy.scheduleRunDays", "['Monday']", "HoldfastPolicyFieldsExclude", "schedulePolicy.scheduleRunDays")]
    [InlineData("retentionPolicy.dailySchedule", null, "HoldfastPolicyFieldMissing", "retentionPolicy.dailySchedule")]
    [InlineData(
        "retentionPolicy.dailySchedule.retentionDuration.count", "0", "HoldfastPolicyNumberOutOfRange",
        "retentionPolicy.dailySchedule.retentionDuration.count")]
    [InlineData(
        "retentionPolicy.dailySchedule.retentionDuration.count", "10000", "HoldfastPolicyNumberOutOfRange",
        "retentionPolicy.dailySchedule.retentionDuration.count")]
    [InlineData(
        "retentionPolicy.dailySchedule.retentionDuration.durationType", "'Weeks'", "HoldfastPolicyValueNotAllowed",
        "retentionPolicy.dailySchedule.retentionDuration.durationType")]
    [InlineData(
        "retentionPolicy.dailySchedule.retentionTimes", "['2026-01-01T17:00:00Z']", "HoldfastPolicyTimesDiffer",
        "retentionPolicy.dailySchedule.retentionTimes[0]")]
    [InlineData("tieringPolicy", "{'ArchivedRP':{'tieringMode':'TierAfter'}}", "HoldfastPolicyValueNotAllowed", "tieringPolicy.ArchivedRP.tieringMode")]
    [InlineData("holdfast", "{'startWindowMinutes':240}", "HoldfastPolicyNumberOutOfRange", "holdfast.startWindowMinutes")]
    public void A_daily_policy_that_cannot_be_carried_out_is_refused_naming_the_field(string path, string? value, string code, string? field) =>
        AssertRefused(PolicyBodies.AzDaily, path, value, code, field);

    [Theory]
    [InlineData("retentionPolicy.weeklySchedule.daysOfTheWeek", "['Monday']", "HoldfastPolicyDaysDiffer", "retentionPolicy.weeklySchedule.daysOfTheWeek")]
    [InlineData(
        "retentionPolicy.weeklySchedule.daysOfTheWeek", "['Mon']", "HoldfastPolicyValueNotAllowed", "retentionPolicy.weeklySchedule.daysOfTheWeek[0]")]
    [InlineData(
        "retentionPolicy.weeklySchedule.daysOfTheWeek", "['None']", "HoldfastPolicyValueNotAllowed", "retentionPolicy.weeklySchedule.daysOfTheWeek[0]")]
    [InlineData(
        "retentionPolicy.dailySchedule", "{'retentionDuration':{'count':9,'durationType':'Days'}}", "HoldfastPolicyFieldsExclude",
        "retentionPolicy.dailySchedule")]
    [InlineData(
        "retentionPolicy.monthlySchedule.retentionScheduleFormatType", "'Daily'", "HoldfastPolicyFieldsExclude",
        "retentionPolicy.monthlySchedule.retentionScheduleFormatType")]
    [InlineData(
        "retentionPolicy.monthlySchedule.retentionScheduleWeekly.daysOfTheWeek", "['Friday']", "HoldfastPolicyDaysDiffer",
        "retentionPolicy.monthlySchedule.retentionScheduleWeekly.daysOfTheWeek")]
    [InlineData(
        "retentionPolicy.monthlySchedule.retentionScheduleWeekly.weeksOfTheMonth", "['Fifth']", "HoldfastPolicyValueNotAllowed",
        "retentionPolicy.monthlySchedule.retentionScheduleWeekly.weeksOfTheMonth[0]")]
    [InlineData("retentionPolicy.weeklySchedule", null, "HoldfastPolicyFieldMissing", "retentionPolicy.weeklySchedule")]
    public void A_weekly_policy_that_cannot_be_carried_out_is_refused_naming_the_field(string path, string? value, string code, string field) =>
        AssertRefused(PolicyBodies.Weekly, path, value, code, field);

    [Theory]
    [InlineData("schedulePolicy.hourlySchedule.interval", "5", "HoldfastPolicyValueNotAllowed", "schedulePolicy.hourlySchedule.interval")]
    [InlineData("schedulePolicy.hourlySchedule.interval", "'4'", "HoldfastPolicyFieldType", "schedulePolicy.hourlySchedule.interval")]
    [InlineData(
        "schedulePolicy.hourlySchedule.scheduleWindowDuration", "25", "HoldfastPolicyNumberOutOfRange",
        "schedulePolicy.hourlySchedule.scheduleWindowDuration")]
    [InlineData("schedulePolicy.dailySchedule", "{'scheduleRunTimes':['2021-12-17T08:00:00Z']}", "HoldfastPolicyFieldsExclude", "schedulePolicy.dailySchedule")]
    [InlineData("snapshotConsistencyType", "'Best'", "HoldfastPolicyValueNotAllowed", "snapshotConsistencyType")]
    public void An_hourly_policy_that_cannot_be_carried_out_is_refused_naming_the_field(string path, string value, string code, string field) =>
        AssertRefused(PolicyBodies.Hourly, path, value, code, field);

    [Fact]
    public void A_field_given_twice_is_refused()
    {
        var fault = Assert.Throws<FaultException>(() => Parse(PolicyBodies.AzDaily.Replace("\"timeZone\"", "\"timeZone\":\"UTC\",\"timeZone\"", StringComparison.Ordinal)));
        Assert.Equal("HoldfastPolicyFieldRepeated", fault.Fault.Code.Value);
    }

    [Theory]
    [InlineData("DefaultPolicy", true)]
    [InlineData("p2", true)]
    [InlineData("my-policy-3", true)]
    [InlineData("", false)]
    [InlineData("2p", false)]
    [InlineData("a/b", false)]
    [InlineData("a..", false)]
    [InlineData("prüfung", false)]
    public void A_policys_name_is_letters_digits_and_hyphens(string name, bool isFine)
    {
        if (isFine)
            PolicyName.Check(name);
        else
            Assert.Throws<FaultException>(() => PolicyName.Check(name));
    }

    private static void AssertRefused(string body, string path, string? value, string code, string? field)
    {
        var root = JsonNode.Parse(body)!;
        var names = path.Split('.');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name]!).AsObject();
        parent.Remove(names[^1]);
        var text = root.ToJsonString();
        if (value is not null)
        {
            // Written as text, so that what no JSON writer would emit can be tried, too.
            parent[names[^1]] = "@@";
            text = root.ToJsonString().Replace("\"@@\"", value.Replace('\'', '"'), StringComparison.Ordinal);
        }

        var fault = Assert.Throws<FaultException>(() => Parse(text)).Fault;
        Assert.Equal(code, fault.Code.Value);
        if (field is not null)
            Assert.Equal(field, fault.Parameters["field"]);
    }

    private static PolicyDocument Parse(string body)
    {
        using var document = JsonDocument.Parse(body);
        return PolicyDocument.Parse(document.RootElement);
    }

    private static List<string> DaysOf(RetentionRule rule, LocalDate from, int days) =>
        [.. Enumerable.Range(0, days).Select(from.PlusDays).Where(rule.Days.Includes).Select(d => d.ToString("uuuu-MM-dd", null))];

    private static JsonNode? Pruned(JsonNode? node)
    {
        if (node is not JsonObject o)
            return node;
        return new JsonObject(o.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, Pruned(p.Value)?.DeepClone())));
    }
}
