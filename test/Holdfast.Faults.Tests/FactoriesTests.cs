using System.Reflection;

namespace Holdfast.Faults.Tests;

public sealed class FactoriesTests
{
    private static readonly Dictionary<string, int> ThousandsOfArea = new()
    {
        ["host"] = 1,
        ["backup"] = 2,
        ["agent"] = 3,
        ["vault"] = 4,
        ["restore"] = 5,
        ["input"] = 6,
        ["service"] = 7,
        ["policy"] = 8,
        ["access"] = 9,
        ["node"] = 11,
        ["request"] = 10,
        ["health"] = 12,
        ["windows"] = 13,
        ["network"] = 14,
    };

    private static readonly Type[] FactoryClasses =
        [.. typeof(HostFaults).Assembly.GetExportedTypes().Where(t => t.IsAbstract && t.IsSealed && t.Name.EndsWith("Faults", StringComparison.Ordinal))];

    private static IEnumerable<(MethodInfo Factory, Fault Fault)> Samples =>
        FactoryClasses.SelectMany(c => c.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(m => (m, (Fault)m.Invoke(null, [.. m.GetParameters().Select(Sample)])!));

    [Fact]
    public void Every_entry_has_exactly_one_factory_and_every_factory_an_entry()
    {
        var made = Samples.Select(s => s.Fault.Code.Value).Order(StringComparer.Ordinal);
        Assert.Equal(FaultCatalogue.Shared.Entries.Select(e => e.Code.Value).Order(StringComparer.Ordinal), made);
    }

    [Fact]
    public void Every_factory_gives_exactly_the_parameters_its_entry_declares()
    {
        foreach (var (factory, fault) in Samples)
        {
            var declared = FaultCatalogue.Shared.Find(fault.Code)!.Parameters;
            Assert.True(declared.Select(p => p.Name).ToHashSet().SetEquals(fault.Parameters.Keys), factory.Name);
        }
    }

    [Fact]
    public void Every_factory_stands_in_the_class_of_its_area_and_its_number_in_the_areas_range()
    {
        foreach (var (factory, fault) in Samples)
        {
            var entry = FaultCatalogue.Shared.Find(fault.Code)!;
            Assert.Equal(entry.Area + "faults", factory.DeclaringType!.Name.ToLowerInvariant());
            Assert.Equal(ThousandsOfArea[entry.Area], entry.Number / 1000);
        }
    }

    [Fact]
    public void Typed_values_are_rendered_for_people()
    {
        foreach (var (factory, fault) in Samples)
        {
            var text = FaultCatalogue.Shared.Render(fault, FaultLanguage.English).ToPlainText();
            foreach (var parameter in factory.GetParameters())
            {
                Assert.Contains(ShownSample(parameter), text, StringComparison.Ordinal);
            }
        }
    }

    private static object Sample(ParameterInfo p) =>
        p.ParameterType == typeof(string) ? "<" + p.Name + ">"
        : p.ParameterType == typeof(long) ? 3L << 29
        : p.ParameterType == typeof(TimeSpan) ? TimeSpan.FromSeconds(7.5)
        : new[] { p.Name + "-1", p.Name + "-2" };

    private static string ShownSample(ParameterInfo p) =>
        p.ParameterType == typeof(string) ? "<" + p.Name + ">"
        : p.ParameterType == typeof(long) ? p.Name!.EndsWith("Bytes", StringComparison.Ordinal) ? "1.5 GiB" : "1610612736"
        : p.ParameterType == typeof(TimeSpan) ? "7.5 s"
        : p.Name + "-1, " + p.Name + "-2";
}
