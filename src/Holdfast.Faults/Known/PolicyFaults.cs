namespace Holdfast.Faults;

/// <summary>Faults of backup policies and their schedules. One factory per entry of <c>Catalogue/policy.json</c>.</summary>
public static class PolicyFaults
{
    /// <summary>{name} can't be the name of a backup policy.</summary>
    public static Fault NameInvalid(string name) => Fault.Of("HoldfastPolicyNameInvalid").With("name", name);

    /// <summary>The backup policy is incomplete: {field} is missing.</summary>
    public static Fault FieldMissing(string field) => Fault.Of("HoldfastPolicyFieldMissing").With("field", field);

    /// <summary>The backup policy holds a field that isn't known: {field}.</summary>
    public static Fault FieldUnknown(string field) => Fault.Of("HoldfastPolicyFieldUnknown").With("field", field);

    /// <summary>The backup policy holds the field {field} more than once.</summary>
    public static Fault FieldRepeated(string field) => Fault.Of("HoldfastPolicyFieldRepeated").With("field", field);

    /// <summary>The backup policy's field {field} must be of the JSON type {expected}.</summary>
    public static Fault FieldType(string field, string expected) =>
        Fault.Of("HoldfastPolicyFieldType").With("field", field).With("expected", expected);

    /// <summary>The backup policy's field {field} can't be {value}.</summary>
    public static Fault ValueNotAllowed(string field, string value, IEnumerable<string> allowed) =>
        Fault.Of("HoldfastPolicyValueNotAllowed").With("field", field).With("value", value).With("allowed", allowed);

    /// <summary>The backup policy's field {field} is {value}; it must be a whole number from {minimum} to {maximum}.</summary>
    public static Fault NumberOutOfRange(string field, string value, long minimum, long maximum) =>
        Fault.Of("HoldfastPolicyNumberOutOfRange").With("field", field).With("value", value).With("minimum", minimum).With("maximum", maximum);

    /// <summary>The backup policy's field {field} holds no usable time: {value}</summary>
    public static Fault TimeInvalid(string field, string value) =>
        Fault.Of("HoldfastPolicyTimeInvalid").With("field", field).With("value", value);

    /// <summary>There is no time zone {name}.</summary>
    public static Fault TimeZoneUnknown(string name) => Fault.Of("HoldfastPolicyTimeZoneUnknown").With("name", name);

    /// <summary>The backup policy can't have {field} while {other} is {value}.</summary>
    public static Fault FieldsExclude(string field, string other, string value) =>
        Fault.Of("HoldfastPolicyFieldsExclude").With("field", field).With("other", other).With("value", value);

    /// <summary>The backup policy's {field} must be the same time as {other}.</summary>
    public static Fault TimesDiffer(string field, string other) =>
        Fault.Of("HoldfastPolicyTimesDiffer").With("field", field).With("other", other);

    /// <summary>The backup policy's {field} doesn't go with the days of {other}.</summary>
    public static Fault DaysDiffer(string field, string other) =>
        Fault.Of("HoldfastPolicyDaysDiffer").With("field", field).With("other", other);
}
