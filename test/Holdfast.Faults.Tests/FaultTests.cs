using CsCheck;

namespace Holdfast.Faults.Tests;

public sealed class FaultTests
{
    [Fact]
    public void A_fault_is_rendered_with_code_message_cause_and_numbered_actions()
    {
        var text = FaultCatalogue.Shared.Render(HostFaults.ScratchSpaceShort("/scratch", 5 << 20, 3L << 30), FaultLanguage.English);
        Assert.Equal("The scratch folder /scratch has 5 MiB free, but 3 GiB are needed.", text.Message);
        var plain = text.ToPlainText().Split('\n');
        Assert.Equal("error [HoldfastScratchSpaceShort]: " + text.Message, plain[0]);
        Assert.StartsWith("  Cause: While a VM is backed up", plain[1], StringComparison.Ordinal);
        Assert.Equal("  What to do:", plain[2]);
        Assert.StartsWith("    1. Free space", plain[3], StringComparison.Ordinal);
        Assert.StartsWith("    2. ", plain[4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_is_rendered_in_traditional_chinese()
    {
        var text = FaultCatalogue.Shared.Render(AgentFaults.ConsistencyDegraded("web", "application", "crash", "原因"), FaultLanguage.TraditionalChinese);
        Assert.Equal("「web」的復原點為損毀一致；要求的是應用程式一致。", text.Message);
        Assert.Contains("建議動作：", text.ToPlainText(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_code_is_shown_as_it_is()
    {
        var fault = Fault.FromStored("HoldfastFromTheFuture", new Dictionary<string, string> { ["vm"] = "web" });
        var text = FaultCatalogue.Shared.Render(fault, FaultLanguage.English);
        Assert.Equal("HoldfastFromTheFuture { vm=web }", text.Message);
        Assert.Equal(FaultSeverity.Error, FaultCatalogue.Shared.SeverityOf(fault));
    }

    [Fact]
    public void A_missing_value_is_shown_as_none()
    {
        var fault = Fault.FromStored("UserErrorVmNotFoundV2", new Dictionary<string, string>());
        Assert.Equal("The VM \"(none)\" doesn't exist at (none).", FaultCatalogue.Shared.Render(fault, FaultLanguage.English).Message);
    }

    [Fact]
    public void A_value_with_braces_is_not_read_as_a_template()
    {
        var text = FaultCatalogue.Shared.Render(BackupFaults.VmNotFound("{uri}", "qemu:///system"), FaultLanguage.English);
        Assert.StartsWith("The VM \"{uri}\" doesn't exist", text.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_escapes_and_direction_overrides_never_get_into_a_text() =>
        Gen.String.Sample(hostile =>
        {
            var fault = AgentFaults.PreScriptFailed("vm", "/s", 1, hostile + "\u001b[2J\u202e\u0007");
            var text = FaultCatalogue.Shared.Render(fault, FaultLanguage.English);
            Assert.DoesNotContain(text.Cause, c => char.IsControl(c) || c == '\u202e');
        });

    [Fact]
    public void Long_values_are_cut()
    {
        var fault = AgentFaults.PreScriptFailed("vm", "/s", 1, new string('x', 100_000));
        Assert.Equal(Fault.ValueLengthMax, fault.Parameters["output"].Length);
    }

    [Fact]
    public void A_stored_fault_comes_back_equal() =>
        Gen.Select(Gen.String, Gen.Long, Gen.String.Array).Sample((name, size, items) =>
        {
            foreach (var fault in new[]
            {
                BackupFaults.DiskSizeChanged(name, size, 7), BackupFaults.VmNameAmbiguous(name, items),
            })
            {
                var stored = new Dictionary<string, string>(fault.Parameters);
                Assert.Equal(fault, Fault.FromStored(fault.Code.Value, stored));
                Assert.Equal(fault.GetHashCode(), Fault.FromStored(fault.Code.Value, stored).GetHashCode());
            }
        });

    [Fact]
    public void An_exception_carries_its_fault_and_reads_as_the_english_message()
    {
        var inner = new IOException("disk");
        var exception = VaultFaults.VaultFull("/v").ToException(inner);
        Assert.Equal(VaultFaults.VaultFull("/v"), exception.Fault);
        Assert.Same(inner, exception.InnerException);
        Assert.Equal("HoldfastVaultFull: The vault at /v is full.", exception.Message);
    }

    [Theory]
    [InlineData("zh_TW.UTF-8", FaultLanguage.TraditionalChinese)]
    [InlineData("zh-Hant-HK", FaultLanguage.TraditionalChinese)]
    [InlineData("zh-TW", FaultLanguage.TraditionalChinese)]
    [InlineData("zh_CN.UTF-8", FaultLanguage.English)]
    [InlineData("en_GB", FaultLanguage.English)]
    [InlineData("C", FaultLanguage.English)]
    [InlineData(null, FaultLanguage.English)]
    public void The_language_is_chosen_from_a_tag_or_locale(string? locale, FaultLanguage expected) =>
        Assert.Equal(expected, FaultLanguages.Best(locale));
}
