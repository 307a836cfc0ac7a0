using Holdfast.Cli.Invocation;
using Holdfast.Cli.Reference;

namespace Holdfast.Cli.Tests;

public sealed class ReferenceTests
{
    private static readonly CliApp App = new(new Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, new FakeEngine());

    [Fact]
    public void The_reference_in_the_docs_is_the_one_of_this_program() =>

        // To bring it up to date: holdfast reference markdown > docs/cli.md
        Assert.Equal(File.ReadAllText(Path.Combine(Root(), "docs/cli.md")), MarkdownReference.Write(App.Root));

    [Fact]
    public void The_page_on_roles_is_the_one_of_this_program() =>

        // To bring it up to date: holdfast reference roles > docs/roles.md
        Assert.Equal(File.ReadAllText(Path.Combine(Root(), "docs/roles.md")), RolesPage.Write());

    [Fact]
    public void The_pages_on_faults_are_those_of_the_catalogue()
    {
        // To bring them up to date: holdfast reference faults
        var folder = Path.Combine(Root(), "docs/faults");
        var pages = FaultPages.Write().ToDictionary(p => p.Path, p => p.Text);
        var there = pages.Keys.Select(p => Path.GetDirectoryName(p)!).Distinct().SelectMany(l => Directory.EnumerateFiles(Path.Combine(folder, l)))
            .Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(pages.Keys.Order(StringComparer.Ordinal), there);
        Assert.All(pages, p => Assert.Equal(p.Value, File.ReadAllText(Path.Combine(folder, p.Key))));
    }

    [Fact]
    public void A_page_says_how_a_fault_shows_why_what_to_do_and_how_it_is_detected()
    {
        var pages = FaultPages.Write().ToDictionary(p => p.Path, p => p.Text);
        Assert.All(["## How it shows", "## Why", "## What to do", "## How Holdfast detects it", "\n1. ", "B24", "`FailedRetryableFsFreezeFailed`"],
            part => Assert.Contains(part, pages["en/UserErrorFsFreezeFailed.md"], StringComparison.Ordinal));
        Assert.All(["## 徵兆", "## 原因", "## 建議動作", "## Holdfast 的偵測方式", "\n1. "],
            part => Assert.Contains(part, pages["zh-TW/UserErrorFsFreezeFailed.md"], StringComparison.Ordinal));
    }

    private static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Holdfast.slnx")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        return root;
    }

    [Fact]
    public void The_man_page_names_every_command_and_escapes_its_hyphens()
    {
        var page = ManPage.Write(App.Root);
        Assert.All(CommandWalk.Leaves(App.Root), c => Assert.Contains(c.Name.Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal));
        Assert.Contains("\\-\\-strict\\-consistency", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_commands_stay_hidden() => Assert.DoesNotContain("holdfast guard", MarkdownReference.Write(App.Root), StringComparison.Ordinal);
}
