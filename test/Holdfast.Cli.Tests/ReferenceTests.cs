using Holdfast.Cli.Invocation;
using Holdfast.Cli.Reference;

namespace Holdfast.Cli.Tests;

public sealed class ReferenceTests
{
    private static readonly CliApp App = new(new Terminal { Out = TextWriter.Null, Error = TextWriter.Null }, new FakeEngine());

    [Fact]
    public void The_reference_in_the_docs_is_the_one_of_this_program()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Holdfast.slnx")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        // To bring it up to date: holdfast reference markdown > docs/cli.md
        Assert.Equal(File.ReadAllText(Path.Combine(root, "docs/cli.md")), MarkdownReference.Write(App.Root));
    }

    [Fact]
    public void The_man_page_names_every_command_and_escapes_its_hyphens()
    {
        var page = ManPage.Write(App.Root);
        Assert.All(CommandWalk.Leaves(App.Root), c => Assert.Contains(c.Name, page, StringComparison.Ordinal));
        Assert.Contains("\\-\\-strict\\-consistency", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_commands_stay_hidden() => Assert.DoesNotContain("holdfast guard", MarkdownReference.Write(App.Root), StringComparison.Ordinal);
}
