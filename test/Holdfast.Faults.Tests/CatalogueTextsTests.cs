using System.Text.RegularExpressions;

namespace Holdfast.Faults.Tests;

public sealed partial class CatalogueTextsTests
{
    // Characters that only Simplified Chinese has, of those that technical texts use.
    private const string Simplified =
        "为与个们从仅仓会传伤体余侧储儿关兴写军农决况净减几凭击划则刚创删别务动劳势区协单卖卫厂历压厅县参双发变叠号叹听启员响团围图圆圣场坏块坚垒处备够头夹夺实宽对寻导将尘尝层属岁币帅师带帮库应废开异弃张强归当录态总恶战户扩执扫护报担择拥挂挡损换据摄操无旧时显术机杀权条来极构档检样桥梦楼标树欢毁毕气汇没测济浏满滚滤灭灯灵炉点烂热爱环现电画畅疗监盖盘确码础离种积称稳窗竞笔签简类粮紧级纪约纯线组细终绍经结绕给络绝统继绩绪续维综绿缓编缘缩网罗罚职联脑脚节获营虚虽补装见观规览觉触计认讨让训议记许论设访证评识诉词译试话该详语误说请读调谁谈谢谱货质贴费资赖赢轨转轮软轻载辑输边达过运还这进远连迟适选逻遗释针钟钥钮链销锁错键镜长门闭问间闲闻队阶际陆险随隐难页顶项顺须预领频题额颜风驱验驻鸟龙齐检";

    private static readonly string[] MainlandTerms =
    [
        "虚拟机", "虛擬機", "服務器", "默認", "網絡", "數據", "信息", "軟件", "硬件", "磁盤", "硬盤", "內存", "文件夾", "視頻", "鏈接", "支持", "通過", "創建", "加載", "用戶",
        "字符", "字節", "接口", "操作系統", "設置", "重啟", "日誌", "端口", "緩存", "命令行", "當前", "菜單", "返回", "異常", "進程", "線程", "程序", "兼容", "激活", "注冊",
        "垃圾收集", "記憶體回收", "登錄", "賬", "屏幕", "打印", "運行", "連接", "配置文件", "反饋", "質量", "實例化", "終端服務", "物理", "主機名", "掛載", "代碼庫", "卷影",
    ];

    // Where a listed string is part of a word that is right in Taiwan.
    private static readonly string[] RightAfterAll = ["虛擬機器", "處理程序", "日誌檔", "支持檔案", "鍵盤配置", "連接埠", "用戶端", "登錄機碼", "登錄值", "主機名稱"];

    private static IEnumerable<(FaultEntry Entry, FaultLanguage Language, string Text)> Texts =>
        from entry in FaultCatalogue.Shared.Entries
        from template in entry.Templates
        from text in new[] { template.Value.Message, template.Value.Cause }.Concat(template.Value.Actions)
            .Concat(entry.Guide is { } guide ? [guide.Symptom[template.Key], guide.Detection[template.Key], .. guide.Azure.Where(a => a.Key == template.Key).Select(a => a.Value)] : [])
        select (entry, template.Key, text);

    private static IEnumerable<(string Code, string Text)> Chinese =>
        Texts.Where(t => t.Language == FaultLanguage.TraditionalChinese).Select(t => (t.Entry.Code.Value, t.Text));

    [GeneratedRegex(@"\{[a-zA-Z]+\}|[A-Z]:|--[a-z-]+|[a-zA-Z0-9_./<>'=-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Latin { get; }

    [GeneratedRegex(@"[\u4e00-\u9fff]\s*[,;!?]|[\u4e00-\u9fff]:|[\u4e00-\u9fff]\.(\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex AsciiPunctuationAfterHan { get; }

    [Fact]
    public void The_chinese_texts_have_no_simplified_characters() =>
        None(Chinese.Where(t => t.Text.Any(c => Simplified.Contains(c))));

    [Fact]
    public void The_chinese_texts_have_no_mainland_terms()
    {
        None(Chinese.SelectMany(t => MainlandTerms.Where(m => WithoutRightWords(t.Text).Contains(m)).Select(m => (t.Code, m))));
        None(Chinese.Where(t => t.Text.Replace("快照集", "", StringComparison.Ordinal).Contains("快照")));
    }

    [Fact]
    public void The_chinese_texts_are_chinese_and_use_full_width_punctuation()
    {
        // A text of nothing but parameters and commands has no language.
        None(Chinese.Where(t => Latin.Replace(t.Text, "").Any(char.IsLetter) == false && t.Text.Contains(' ')));
        None(Chinese.Where(t => AsciiPunctuationAfterHan.IsMatch(t.Text)));
    }

    [Fact]
    public void The_english_texts_have_no_han_characters() =>
        None(Texts.Where(t => t.Language == FaultLanguage.English && t.Text.Any(c => c is >= '\u4e00' and <= '\u9fff')).Select(t => t.Entry.Code));

    [Fact]
    public void No_two_entries_have_the_same_message_or_cause()
    {
        foreach (var language in Enum.GetValues<FaultLanguage>())
        {
            var templates = FaultCatalogue.Shared.Entries.Select(e => e.Templates[language]).ToList();
            None(Doubles(templates.Select(t => t.Message)));
            None(Doubles(templates.Select(t => t.Cause).Where(c => c != "{reason}")));
            Assert.All(templates, t => Assert.Equal(t.Actions.Count, t.Actions.Distinct().Count()));
        }
    }

    [Fact]
    public void Both_languages_name_the_same_parameters_in_the_same_place()
    {
        foreach (var entry in FaultCatalogue.Shared.Entries)
        {
            var english = entry.Templates[FaultLanguage.English];
            var chinese = entry.Templates[FaultLanguage.TraditionalChinese];
            Assert.True(Names(english.Message).SetEquals(Names(chinese.Message)), entry.Code.Value);
            Assert.True(Names(english.Cause).SetEquals(Names(chinese.Cause)), entry.Code.Value);
            Assert.Equal(english.Actions.Count, chinese.Actions.Count);
            Assert.All(english.Actions.Zip(chinese.Actions), a => Assert.True(Names(a.First).SetEquals(Names(a.Second)), entry.Code.Value));
        }
    }

    [Fact]
    public void Sentences_end_with_a_full_stop_unless_they_end_with_a_value_or_a_command() =>
        None(Texts.Where(t => t.Language == FaultLanguage.English && !Ends(t.Text)).Select(t => (t.Entry.Code, t.Text)));

    [Fact]
    public void Terms_are_translated_into_every_language()
    {
        Assert.Equal("應用程式一致", FaultCatalogue.Shared.Term("consistency", "application", FaultLanguage.TraditionalChinese));
        Assert.Equal("paused", FaultCatalogue.Shared.Term("vmState", "paused", FaultLanguage.English));
        Assert.Equal("hibernating", FaultCatalogue.Shared.Term("vmState", "hibernating", FaultLanguage.English));
    }

    private static void None<T>(IEnumerable<T> offenders) => Assert.Empty(offenders.ToList());

    private static string WithoutRightWords(string text) =>
        RightAfterAll.Aggregate(text, (t, right) => t.Replace(right, "", StringComparison.Ordinal));

    private static IEnumerable<string> Doubles(IEnumerable<string> texts) => texts.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => g.Key);

    private static HashSet<string> Names(string text) => [.. TemplateParameter.Matches(text).Select(m => m.Value)];

    [GeneratedRegex(@"\{[a-zA-Z]+\}")]
    private static partial Regex TemplateParameter { get; }

    private static bool Ends(string text) =>
        text[^1] is '.' or '}' or ')' || CommandAtEnd.IsMatch(text);

    // "List the VMs: holdfast vm list": the command must be ready to be copied, without a full stop.
    [GeneratedRegex(@": [^:]*$|--[a-z-]+( [A-Z]+)?$|(holdfast|virsh|systemctl|chmod) [^.]*$")]
    private static partial Regex CommandAtEnd { get; }
}
