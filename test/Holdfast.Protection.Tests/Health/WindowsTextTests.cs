using System.Text;
using Holdfast.Protection.Backup;
using Holdfast.Protection.Health.Windows;

namespace Holdfast.Protection.Tests.Health;

/// <summary>What Windows' programs print, read without a word of any language.</summary>
public sealed class WindowsTextTests
{
    // The second byte of these characters in code page 950 is a backslash, a bracket or a brace.
    private const string Traps = "功許蓋: '穩定' [1]";

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public void The_form_of_text_is_told_from_its_bytes(string form)
    {
        var encoding = Encoding.GetEncoding(form);
        Assert.Equal(Traps, WindowsText.TryDecode([.. encoding.GetPreamble(), .. encoding.GetBytes(Traps)]));
        Assert.Equal("State: [1]\r\n", WindowsText.TryDecode(Encoding.Unicode.GetBytes("State: [1]\r\n")));
    }

    [Fact]
    public void Text_of_a_code_page_needs_the_code_page()
    {
        var bytes = CodePagesEncodingProvider.Instance.GetEncoding(950)!.GetBytes(Traps);
        Assert.Null(WindowsText.TryDecode(bytes));
        Assert.Equal(Traps, WindowsText.Decode(bytes, 950));
        Assert.Null(WindowsText.Decode(bytes, -5));
        Assert.Null(WindowsText.Decode(bytes, 99));
    }

    [Theory]
    [InlineData("4  RUNNING \n", 0, true, false)]
    [InlineData("1  STOPPED \n", 0, false, true)]
    [InlineData("1  STOPPED \n", 1077, false, true)]
    [InlineData("1  STOPPED \n", 1067, false, false)]
    public void A_service_is_judged_by_its_numbers(string state, int code, bool isRunning, bool isIdle)
    {
        var read = ServiceState.Parse($"\nX: MSDTC\n   T : 10  W\n   S : {state}   (Z)\n   E : {code}  (0x0)\n   F : 0  (0x0)\n   C : 0x0\n")!;
        Assert.Equal((isRunning, isIdle), (read.IsRunning, read.IsIdle));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[SC] FAILED 5: Access is denied.")]
    [InlineData("   A : 10 X\n   B : 99 Y\n   C : 0 Z\n   D : 0 Z\n")]
    public void What_is_no_service_is_unknown(string text) => Assert.Null(ServiceState.Parse(text));

    [Theory]
    [InlineData("O:SYG:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)", "")]
    [InlineData("O:SYG:SYD:PAI(A;;FR;;;WD)(A;;FW;;;WD)(A;;0x1f01ff;;;S-1-5-32-544)(A;;FA;;;SY)", "")]
    [InlineData("O:SYG:SYD:PAI(A;;FA;;;BA)", "S-1-1-0 lacks read and write")]
    [InlineData("O:SYG:SYD:PAI(A;;0x12019f;;;WD)", "S-1-5-32-544 lacks full access")]
    [InlineData("O:SYG:SYD:PAI(D;;FA;;;WD)(A;;0x12019f;;;WD)(A;;FA;;;BA)", "S-1-1-0 is denied access")]
    [InlineData("O:SYG:SYD:PAI(A;;QQ;;;WD)(A;;FA;;;BA)", null)]
    [InlineData("nothing", null)]
    public void Rights_are_judged_by_sids(string sddl, string? lacks) => Assert.Equal(lacks, SecurityDescriptor.LacksOfMachineKeys(sddl));

    [Theory]
    [InlineData("\"C:\\Program Files\\Qemu-ga\\qemu-ga.exe\" -d", "C:\\Program Files\\Qemu-ga\\qemu-ga.exe")]
    [InlineData("C:\\Program Files\\Qemu-ga\\qemu-ga.exe -d", "C:\\Program Files\\Qemu-ga\\qemu-ga.exe")]
    [InlineData("\"", null)]
    [InlineData("qemu", null)]
    public void The_agents_program_is_taken_out_of_its_services_line(string image, string? path) => Assert.Equal(
        path, WindowsGuest.AgentPath(RegistryKeys.Parse($"\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\X\r\n    ImagePath    REG_EXPAND_SZ    {image}\r\n")));

    [Theory]
    [InlineData("C:\\it's\\qemu-ga.exe", "'C:\\it''s\\qemu-ga.exe'")]
    [InlineData("C:\\\u2018a\u2019; calc; \u201A\u201B.exe", "'C:\\\u2018\u2018a\u2019\u2019; calc; \u201A\u201A\u201B\u201B.exe'")]
    public void A_path_stays_a_path_in_the_script(string path, string quoted) => Assert.Contains($"-LiteralPath {quoted})", WindowsGuest.Script(path), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"sddl":null,"volumes":[{"drive":"C:","lock":0}]}""", true)]
    [InlineData("""{"volumes":[null]}""", false)]
    [InlineData("""{"volumes":[{"lock":"0"}]}""", false)]
    [InlineData("""{"sddl":"\ud800"}""", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void Only_what_the_script_writes_is_taken_for_its_answer(string text, bool isRead) => Assert.Equal(isRead, WindowsFacts.Parse(text) is not null);

    [Theory]
    [InlineData("failed to add D:\\ to snapshot set: 0x80310000", "ExtensionSnapshotBitlockerError")]
    [InlineData("failed to do snapshot set: 0x8004230f", "ExtensionSnapshotFailedCOM")]
    [InlineData("failed to create VSS backup components", "ExtensionSnapshotFailedCOM")]
    [InlineData("failed to gather writer status: 0x80042318", null)]
    [InlineData("failed to freeze: Input/output error", null)]
    public void A_refused_freeze_is_read_by_its_code(string reason, string? code) => Assert.Equal(code, WindowsFreezeFaults.Of("w", reason)?.Code.Value);
}
